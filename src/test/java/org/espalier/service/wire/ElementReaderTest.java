package org.espalier.service.wire;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ElementReaderTest {

  /** Takes {@code {"id": "…"}} and nothing else. */
  private static final ElementDecoder<String> ID_ONLY =
      (parser, _) -> {
        String id = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (!name.equals("id")) {
            throw JsonValues.unknownField(name, "id");
          }
          id = JsonValues.id("id", parser);
        }
        if (id == null) {
          throw new Rejection(ProblemCode.MISSING_FIELD, "id is missing");
        }
        return id;
      };

  private final ElementReader reader = new ElementReader(limits(5));

  @Test
  void the_good_part_of_an_array_is_kept_and_the_rest_named() {
    Batch<String> batch =
        readArray(
            """
            [{"id":"a"}, {"id":""}, {"x":{"deep":[1,{"id":"no"}]},"id":"b"}, 7, {"id":"c"}]\
            """);
    assertThat(batch.accepted()).containsExactly("a", "c");
    assertThat(batch.rejected())
        .extracting(RejectedElement::index, RejectedElement::code)
        .containsExactly(
            tuple(1, "invalid_id"), tuple(2, "unknown_field"), tuple(3, "invalid_element"));
  }

  @Test
  void refused_elements_are_kept_as_they_came_where_that_is_asked_for() throws IOException {
    String deep = "{\"x\" : {\"deep\":[1, {\"id\":\"é\"}]},\"id\":\"b\"}";
    String large = "{\"x\":\"" + "y".repeat(300_000) + "\"}";
    List<String> bad =
        List.of("{\"id\":\"\"}", deep, "7", "\"text, that ends\"", "[[1],2]", "{}", large, "null");
    String body =
        bad.stream()
            .collect(Collectors.joining(" ,\n{\"id\":\"good\"},", " [", ",{\"id\":\"end\"}]"));
    ElementReader keeping = new ElementReader(limits(100), true);
    for (String start : List.of("", "\uFEFF")) {
      Batch<String> batch =
          keeping.readArray(new ByteArrayInputStream((start + body).getBytes(UTF_8)), ID_ONLY);
      assertThat(batch.accepted()).hasSize(bad.size());
      assertThat(batch.refused()).hasSameSizeAs(batch.rejected());
      assertThat(batch.refused())
          .extracting(RefusedElement::length)
          .containsExactlyElementsOf(lengths(bad));
      assertThat(batch.refused())
          .extracting(element -> new String(element.content(), UTF_8))
          .containsExactlyElementsOf(
              bad.stream()
                  .map(text -> text.substring(0, Math.min(256 << 10, text.length())))
                  .toList());
    }
    Batch<String> field =
        keeping.readArrayField(
            new ByteArrayInputStream("{\"items\": [ 5 ,{\"id\":\"a\"}]}".getBytes(UTF_8)),
            ID_ONLY,
            "items");
    assertThat(new String(field.refused().getFirst().content(), UTF_8)).isEqualTo("5");
    String lines = "{\"id\":\"a\"}\n{\"id\"\n" + "z".repeat(70_000) + "\n";
    Batch<String> read =
        keeping.readLines(new ByteArrayInputStream(lines.getBytes(UTF_8)), ID_ONLY);
    assertThat(new String(read.refused().getFirst().content(), UTF_8)).isEqualTo("{\"id\"");
    assertThat(read.refused().get(1).length()).isEqualTo(70_000);
    assertThat(read.refused().get(1).content().length).isPositive().isLessThan(70_000);
    assertThat(
            keeping
                .readArray(new ByteArrayInputStream("[1]".getBytes(UTF_16BE)), ID_ONLY)
                .refused()
                .getFirst()
                .content())
        .as("bytes have no places in UTF-16")
        .isEmpty();
    assertThat(readArray("[1]").refused()).isEmpty();
  }

  private static List<Long> lengths(List<String> texts) {
    return texts.stream().map(text -> (long) text.getBytes(UTF_8).length).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[[{}],{\"id\":\"a\"}]", "[[[]], {\"id\":\"a\"}]", "[null,{\"id\":\"a\"}]"})
  void an_element_of_another_kind_costs_only_itself(String body) {
    Batch<String> batch = readArray(body);
    assertThat(batch.accepted()).containsExactly("a");
    assertThat(batch.rejected()).hasSize(1);
  }

  @Test
  void not_a_number_costs_only_its_element() {
    Batch<String> batch = readArray("[{\"id\":NaN},{\"id\":\"a\"},{\"id\":-Infinity}]");
    assertThat(batch.accepted()).containsExactly("a");
    assertThat(batch.rejected())
        .extracting(RejectedElement::code)
        .containsExactly("invalid_type", "invalid_type");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|EMPTY_BODY",
        "'   '|EMPTY_BODY",
        "{}|INVALID_TYPE",
        "{\"id\":\"a\"}|INVALID_TYPE",
        "[|BROKEN_JSON",
        "[{\"id\":\"a\"}|BROKEN_JSON",
        "[{\"id\":\"a\"},|BROKEN_JSON",
        "[{\"id\":\"a\"},]|BROKEN_JSON",
        "[{\"id\":\"a\"}] x|BROKEN_JSON",
        "[{\"id\":\"a\"}][]|BROKEN_JSON",
        "[{\"id\":\"a\"} {\"id\":\"b\"}]|BROKEN_JSON",
        "[{\"id\":'a'}]|BROKEN_JSON",
        "[{id:\"a\"}]|BROKEN_JSON",
        "[{\"id\":\"a\"}]]|BROKEN_JSON",
        "nonsense|BROKEN_JSON",
        "[{\"x\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}]|TOO_DEEP",
        "[{},{},{},{},{},{}]|TOO_MANY_ELEMENTS"
      })
  void a_body_that_is_no_array_is_refused_whole(String body, ProblemCode code) {
    assertProblem(() -> readArray(body), code);
  }

  @Test
  void broken_json_is_told_by_line_and_column() {
    assertThatThrownBy(() -> readArray("[{\"id\":\"a\"},\n {\"id\" \"b\"}]"))
        .hasMessageContaining("line 2, column 8");
  }

  @Test
  void invalid_utf_8_is_told_apart_from_broken_json() {
    byte[] body = "[{\"id\":\"a?\"}]".getBytes(UTF_8);
    body[9] = (byte) 0xff;
    assertProblem(
        () -> reader.readArray(new ByteArrayInputStream(body), ID_ONLY), ProblemCode.INVALID_UTF8);
  }

  @Test
  void lines_are_elements_whose_breakage_is_their_own() throws IOException {
    Batch<String> batch =
        readLines("{\"id\":\"a\"}\r\n\n{\"id\"\n   \n[]\n{\"id\":\"b\"} x\n{\"id\":\"c\"}");
    assertThat(batch.accepted()).containsExactly("a", "c");
    assertThat(batch.rejected())
        .extracting(RejectedElement::index, RejectedElement::code)
        .containsExactly(
            tuple(1, "broken_json"), tuple(2, "invalid_element"), tuple(3, "broken_json"));
  }

  @Test
  void a_line_that_is_too_long_or_too_deep_costs_only_itself() throws IOException {
    String longLine = "{\"id\":\"" + "x".repeat(3000) + "\"}";
    String deepLine = "{\"x\":" + "[".repeat(30) + "]".repeat(30) + "}";
    Batch<String> batch = readLines(longLine + "\n" + deepLine + "\n{\"id\":\"a\"}\n" + longLine);
    assertThat(batch.accepted()).containsExactly("a");
    assertThat(batch.rejected())
        .extracting(RejectedElement::code)
        .containsExactly("element_too_large", "unknown_field", "element_too_large");
  }

  @Test
  void too_many_lines_and_no_lines_are_refused_whole() {
    assertProblem(() -> readLines("{}\n".repeat(6)), ProblemCode.TOO_MANY_ELEMENTS);
    assertProblem(() -> readLines("\n \r\n"), ProblemCode.EMPTY_BODY);
  }

  @Test
  void a_field_of_elements_is_read() {
    assertThat(readField("{\"items\":[{\"id\":\"a\"},{}]}").accepted()).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|MISSING_FIELD",
        "[]|INVALID_TYPE",
        "{\"item\":[]}|UNKNOWN_FIELD",
        "{\"items\":{}}|INVALID_TYPE",
        "{\"items\":[],\"more\":1}|UNKNOWN_FIELD",
        "{\"items\":[]|BROKEN_JSON",
        "{\"items\":[]}}|BROKEN_JSON"
      })
  void a_body_without_that_field_of_elements_is_refused_whole(String body, ProblemCode code) {
    assertProblem(() -> readField(body), code);
  }

  @Test
  void what_breaks_below_json_is_passed_on() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }

          @Override
          public int read(byte[] target, int at, int length) throws IOException {
            throw new IOException("gone");
          }
        };
    assertThatThrownBy(() -> reader.readArray(broken, ID_ONLY))
        .isInstanceOf(JacksonIOException.class);
    assertThatThrownBy(() -> reader.readLines(broken, ID_ONLY)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void lines_are_the_same_however_the_stream_is_cut(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> ids =
        IntStream.range(0, 500).mapToObj(i -> "é".repeat(random.nextInt(200)) + i).toList();
    String body =
        ids.stream().map(id -> "{\"id\":\"" + id + "\"}").collect(Collectors.joining("\n"));
    InputStream whole = new ByteArrayInputStream(body.getBytes(UTF_8));
    InputStream cut =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return whole.read();
          }

          @Override
          public int read(byte[] target, int at, int length) throws IOException {
            return whole.read(target, at, 1 + random.nextInt(Math.min(length, 300)));
          }
        };
    ElementReader roomy = new ElementReader(limits(500));
    assertThat(roomy.readLines(cut, ID_ONLY).accepted()).isEqualTo(ids);
  }

  private Batch<String> readArray(String body) {
    return reader.readArray(stream(body), ID_ONLY);
  }

  private Batch<String> readField(String body) {
    return reader.readArrayField(stream(body), ID_ONLY, "items");
  }

  private Batch<String> readLines(String body) throws IOException {
    return reader.readLines(stream(body), ID_ONLY);
  }

  private static InputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(UTF_8));
  }

  private static void assertProblem(ThrowingCallable call, ProblemCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static Limits limits(int elements) {
    return new Limits(
        DataSize.ofMegabytes(1),
        Duration.ofMinutes(1),
        elements,
        DataSize.ofKilobytes(2),
        12,
        DataSize.ofBytes(100),
        Duration.ofHours(24),
        8,
        DataSize.ofBytes(64),
        DataSize.ofBytes(64),
        4);
  }
}
