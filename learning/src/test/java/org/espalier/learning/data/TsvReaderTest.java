package org.espalier.learning.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TsvReaderTest {

  @TempDir Path folder;

  @Test
  void quotes_are_plain_characters_and_text_is_utf_8() throws IOException {
    try (TsvReader in = open("user\titem\n\"a\tb\"c\nü€😀\t'\n")) {
      assertThat(in.next()).isTrue();
      assertThat(in.text(0)).isEqualTo("\"a");
      assertThat(in.text(1)).isEqualTo("b\"c");
      assertThat(in.next()).isTrue();
      assertThat(in.text(0)).isEqualTo("ü€😀");
      assertThat(in.text(1)).isEqualTo("'");
      assertThat(in.next()).isFalse();
    }
  }

  @Test
  void a_byte_order_mark_carriage_returns_and_a_missing_last_line_end_do_no_harm()
      throws IOException {
    try (TsvReader in = open("\uFEFFuser\titem\r\na\tb\r\nc\td")) {
      assertThat(in.columns()).containsExactly("user", "item");
      assertThat(in.next()).isTrue();
      assertThat(in.text(1)).isEqualTo("b");
      assertThat(in.next()).isTrue();
      assertThat(in.text(1)).isEqualTo("d");
      assertThat(in.line()).isEqualTo(3);
      assertThat(in.next()).isFalse();
    }
  }

  @Test
  void rows_that_cross_the_buffer_are_read_whole() throws IOException {
    int rows = 60_000;
    StringBuilder text = new StringBuilder("user\titem\n");
    for (int r = 0; r < rows; r++) {
      text.append("user-").append(r).append("\titem-").append(r * 7).append('\n');
    }
    text.append("x".repeat(1_000_000)).append("\tlong\n");
    try (TsvReader in = open(text.toString())) {
      for (int r = 0; r < rows; r++) {
        assertThat(in.next()).isTrue();
        if (!in.text(0).equals("user-" + r) || !in.text(1).equals("item-" + r * 7)) {
          throw new AssertionError("row " + r + ": " + in.text(0) + " " + in.text(1));
        }
      }
      assertThat(in.next()).isTrue();
      assertThat(in.text(0)).hasSize(1_000_000);
      assertThat(in.text(1)).isEqualTo("long");
      assertThat(in.next()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "-17, -17",
    "3.5, 3.5",
    "+2, 2",
    "1e3, 1000",
    "891353710, 891353710",
    "1700000000000, 1700000000000",
    "12345678901234567890, 1.2345678901234567e19",
    ".5, .5"
  })
  void numbers_are_read(String text, double expected) throws IOException {
    try (TsvReader in = open("n\n" + text + "\n")) {
      assertThat(in.next()).isTrue();
      assertThat(in.number(0)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-", "NaN", "Infinity", "0x1p3", "1f", "1e999", "1 ", "1,5"})
  void what_is_no_finite_number_is_named_with_file_line_and_column(String text) throws IOException {
    try (TsvReader in = open("user\trating\na\t1\nb\t" + text + "\n")) {
      assertThat(in.next()).isTrue();
      assertThat(in.next()).isTrue();
      assertThatThrownBy(() -> in.number(1))
          .isInstanceOf(DataException.class)
          .hasMessageEndingWith(
              "data.tsv:3: column 'rating': expected a number, found '" + text + "'");
    }
  }

  @Test
  void an_empty_number_is_refused() throws IOException {
    try (TsvReader in = open("user\trating\na\t\n")) {
      assertThat(in.next()).isTrue();
      assertThatThrownBy(() -> in.number(1)).hasMessageContaining("expected a number, found ''");
    }
  }

  @Test
  void a_short_line_names_the_first_column_that_is_missing() throws IOException {
    try (TsvReader in = open("user\titem\trating\na\tb\t1\nc\td\n")) {
      assertThat(in.next()).isTrue();
      assertThatThrownBy(in::next)
          .isInstanceOf(DataException.class)
          .hasMessageEndingWith(
              "data.tsv:3: column 'rating': is missing: expected 3 columns, found 2");
    }
  }

  @Test
  void a_long_line_is_refused() throws IOException {
    try (TsvReader in = open("user\titem\na\tb\tc\n")) {
      assertThatThrownBy(in::next).hasMessageContaining("data.tsv:2: ").hasMessageContaining("3");
    }
  }

  @Test
  void empty_lines_may_stand_at_the_end_only() throws IOException {
    try (TsvReader in = open("user\titem\na\tb\n\n\n")) {
      assertThat(in.next()).isTrue();
      assertThat(in.next()).isFalse();
    }
    try (TsvReader in = open("user\titem\na\tb\n\nc\td\n")) {
      assertThat(in.next()).isTrue();
      assertThatThrownBy(in::next).hasMessageContaining("data.tsv:3: column 'user': the line is");
    }
  }

  @Test
  void invalid_utf_8_is_named_with_its_column() throws IOException {
    Path file = folder.resolve("data.tsv");
    byte[] bytes = "user\titem\nok\tok\nok\tb?d\n".getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 3] = (byte) 0xC3; // a lead byte without its tail
    Files.write(file, bytes);
    try (TsvReader in = TsvReader.open(file)) {
      assertThat(in.next()).isTrue();
      assertThatThrownBy(in::next)
          .isInstanceOf(DataException.class)
          .hasMessageEndingWith("data.tsv:3: column 'item': is not valid UTF-8");
    }
  }

  @Test
  void a_missing_column_is_named_with_what_there_is() throws IOException {
    try (TsvReader in = open("user\titem_id\na\tb\n")) {
      assertThatThrownBy(() -> in.require("item"))
          .hasMessageEndingWith(
              "data.tsv:1: column 'item': is missing from the header, which has: user, item_id");
    }
  }

  @Test
  void a_header_with_a_column_twice_or_without_a_name_is_refused() {
    assertThatThrownBy(() -> open("user\tuser\n")).hasMessageContaining("stands twice");
    assertThatThrownBy(() -> open("user\t\n")).hasMessageContaining("column '#2': has no name");
  }

  @Test
  void an_empty_file_a_missing_file_and_a_folder_are_named() {
    assertThatThrownBy(() -> open("")).hasMessageContaining("is empty; expected a header line");
    assertThatThrownBy(() -> TsvReader.open(folder.resolve("none.tsv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.tsv: no such file");
    assertThatThrownBy(() -> TsvReader.open(folder)).isInstanceOf(DataException.class);
  }

  private TsvReader open(String text) throws IOException {
    Path file = folder.resolve("data.tsv");
    Files.writeString(file, text);
    return TsvReader.open(file);
  }
}
