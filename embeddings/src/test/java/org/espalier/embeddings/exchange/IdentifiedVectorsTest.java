package org.espalier.embeddings.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class IdentifiedVectorsTest {

  @TempDir private Path folder;
  private Path vectors;
  private Path ids;

  @BeforeEach
  void three_vectors() {
    vectors = folder.resolve("x.npy");
    ids = folder.resolve("ids.txt");
    write(1, 2, 3, 4, 5, 6);
  }

  private void write(float... values) {
    try {
      Files.deleteIfExists(vectors);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (NpyWriter writer = NpyWriter.create(vectors, 2)) {
      for (int at = 0; at < values.length; at += 2) {
        writer.add(new float[] {values[at], values[at + 1]});
      }
    }
  }

  private IdentifiedVectors open() {
    return IdentifiedVectors.open(vectors, Optional.of(ids));
  }

  @Test
  void ids_are_any_text_of_one_line() throws IOException {
    Files.writeString(ids, "a b\r\nnaïve/ü\n\uD83D\uDE00"); // without a last line's end
    try (IdentifiedVectors opened = open()) {
      assertThat(opened.ids()).containsExactly("a b", "naïve/ü", "\uD83D\uDE00");
      float[] second = new float[2];
      opened.vectors().read(1, 1, second);
      assertThat(second).containsExactly(3, 4);
    }
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "'a\nb\n', has 2 ids for the 3 vectors of",
    "'a\nb\nc\nd\n', has 4 ids for the 3 vectors of",
    "'a\nb\na\n', line 3: the id 'a' is that of line 1",
    "'a\n\nc\n', line 2: the id is empty"
  })
  void ids_that_do_not_fit_are_refused(String text, String fault) throws IOException {
    Files.writeString(ids, text);
    assertThatThrownBy(this::open)
        .isInstanceOf(ExchangeException.class)
        .hasMessageStartingWith(ids + ": ")
        .hasMessageContaining(fault);
  }

  @Test
  void ids_that_are_no_text_are_refused() throws IOException {
    Files.write(ids, new byte[] {'a', '\n', (byte) 0xff, '\n', 'c'});
    assertThatThrownBy(this::open).hasMessageContaining("line 2: is no UTF-8");
    Files.write(ids, new byte[100_000]);
    assertThatThrownBy(this::open).hasMessageContaining("line 1: is longer than");
    Files.writeString(ids, "a\n" + "b".repeat(513) + "\nc");
    assertThatThrownBy(this::open).hasMessageContaining("line 2: the id has 513 bytes");
    Files.delete(ids);
    assertThatThrownBy(this::open).hasMessageContaining("no such file");
  }

  @Test
  void a_value_that_is_not_finite_is_named_with_its_row_and_id() throws IOException {
    Files.writeString(ids, "a\nb\nc");
    write(1, 2, 3, Float.NaN, 5, 6);
    assertThatThrownBy(this::open).hasMessage(vectors + ": row 1 (id 'b'), value 1 is NaN");
    write(1, 2, 3, 4, Float.NEGATIVE_INFINITY, 6);
    assertThatThrownBy(this::open).hasMessage(vectors + ": row 2 (id 'c'), value 0 is -Infinity");
    assertThatThrownBy(() -> IdentifiedVectors.open(vectors, Optional.empty()))
        .hasMessage(vectors + ": row 2, value 0 is -Infinity");
  }

  @Test
  void lines_of_json_carry_their_ids() throws IOException {
    Path lines = folder.resolve("x.ndjson");
    Files.writeString(
        lines, "{\"id\":\"a\",\"vector\":[0.1,-2e3]}\n{\"vector\":[3,4],\"id\":\"line\\nend\"}\n");
    try (IdentifiedVectors opened = IdentifiedVectors.open(lines, Optional.empty())) {
      assertThat(opened.ids()).containsExactly("a", "line\nend");
      float[] both = new float[4];
      opened.vectors().read(0, 2, both);
      assertThat(both).containsExactly(0.1f, -2000, 3, 4);
    }
    assertThatThrownBy(() -> IdentifiedVectors.open(lines, Optional.of(ids)))
        .hasMessageContaining("is not needed");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":\"a\",\"vector\":[1]}|has 1 dimensions, the first line 2",
        "{\"id\":\"first\",\"vector\":[1,2]}|the id 'first' is that of line 1",
        "{\"id\":\"\",\"vector\":[1,2]}|the id is empty",
        "{\"id\":\"a\",\"vector\":[]}|has 0 dimensions",
        "{\"id\":\"a\",\"vector\":[1,1e39]}|value 1 is Infinity",
        "{\"id\":\"a\",\"vector\":[1,\"NaN\"]}|value 1 is NaN",
        "{\"id\":\"a\"}|is not as {",
        "{\"vector\":[1,2]}|is not as {",
        "{\"id\":null,\"vector\":[1,2]}|is not as {",
        "{\"id\":\"a\",\"vector\":[1,2],\"size\":2}|is not as {",
        "{\"id\":\"a\",\"vector\":[1,2]} x|is not as {",
        "[1,2]|is not as {",
        "{\"id\":\"a\",\"vector\":[1,2|is not as {"
      })
  void lines_that_are_no_vector_are_refused(String line, String fault) throws IOException {
    Path lines = folder.resolve("x.ndjson");
    Files.writeString(
        lines, "{\"id\":\"first\",\"vector\":[1,2]}\n" + line, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> IdentifiedVectors.open(lines, Optional.empty()))
        .isInstanceOf(ExchangeException.class)
        .hasMessageStartingWith(lines + ": line 2: ")
        .hasMessageContaining(fault)
        .hasMessageNotContaining("\n");
  }

  @Test
  void an_empty_file_of_lines_is_refused() throws IOException {
    Path lines = Files.createFile(folder.resolve("x.ndjson"));
    assertThatThrownBy(() -> IdentifiedVectors.open(lines, Optional.empty()))
        .hasMessageContaining("has no vectors");
  }
}
