package org.espalier.search.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.espalier.learning.data.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrFolderTest {

  @TempDir Path folder;

  @BeforeEach
  void write_a_good_folder() throws IOException {
    String header = "label\tuser\ttags";
    write("train.tsv", header, i -> "%d\tu%d\t%s".formatted((i / 3) % 2, i % 7, tags(i)));
    write("valid.tsv", header, i -> "%d\tu%d\ta".formatted(i % 2, i % 9));
    write("test.tsv", header, i -> "%d\tu%d\ta|z".formatted(i % 2, i % 7));
  }

  private static String tags(int i) {
    return switch (i % 4) {
      case 0 -> "a|b";
      case 1 -> "b";
      case 2 -> "a|b|b";
      default -> "";
    };
  }

  @Test
  void fields_are_the_named_columns_and_cells_become_bags() {
    CtrData data = CtrFolder.read(folder, 1);

    assertThat(data.fields()).extracting(CtrField::name).containsExactly("user", "tags");
    assertThat(data.tokenCount()).isEqualTo(7 + 2);
    assertThat(data.train().count()).isEqualTo(200);
    assertThat(data.train().labels()).startsWith(0f, 0f, 0f, 1f, 1f, 1f, 0f);
    CtrField tags = data.fields().get(1);
    int first = data.train().cells()[1];
    assertThat(tags.bags().end(first) - tags.bags().start(first)).isEqualTo(2);
    int repeated = data.train().cells()[2 * 2 + 1];
    assertThat(repeated).isEqualTo(first); // a value that a cell repeats counts once
    int empty = data.train().cells()[3 * 2 + 1];
    assertThat(empty).isZero();
    assertThat(tags.counts()).containsExactly(0, 100, 150);
    assertThat(data.warnings()).isEmpty();
  }

  @Test
  void a_token_that_only_a_later_file_has_is_the_unknown_one() {
    CtrData data = CtrFolder.read(folder, 1);

    CtrField user = data.fields().get(0);
    int unseen = data.valid().cells()[7 * 2]; // u7
    assertThat(user.bags().tokenAt(user.bags().start(unseen))).isEqualTo(Bags.UNKNOWN);
    CtrField tags = data.fields().get(1);
    int half = data.test().cells()[1]; // a|z
    assertThat(tags.bags().end(half) - tags.bags().start(half)).isEqualTo(2);
    assertThat(tags.bags().tokenAt(tags.bags().start(half) + 1)).isEqualTo(Bags.UNKNOWN);
  }

  @Test
  void a_rare_token_becomes_the_unknown_one() {
    CtrData data = CtrFolder.read(folder, 29); // u4 .. u6 have 28 samples

    CtrField user = data.fields().get(0);
    assertThat(user.tokenCount()).isEqualTo(1 + 4);
    assertThat(user.counts()).containsExactly(84, 29, 29, 29, 29);
    assertThat(user.text(1)).isEqualTo("u0");
    assertThat(user.text(0)).isEqualTo("(unknown)");
  }

  @Test
  void a_label_that_is_neither_0_nor_1_is_named_by_file_line_and_column() throws IOException {
    write("valid.tsv", "label\tuser\ttags", i -> (i == 4 ? "2" : i % 2) + "\tu\ta");

    assertThatThrownBy(() -> CtrFolder.read(folder, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("valid.tsv:6: column 'label': expected 0 or 1, found 2");
  }

  @Test
  void one_class_is_refused() throws IOException {
    write("test.tsv", "label\tuser\ttags", _ -> "1\tu1\ta");

    assertThatThrownBy(() -> CtrFolder.read(folder, 1))
        .hasMessageContaining("test.tsv: column 'label' is 1 in every line");
  }

  @Test
  void a_log_too_short_to_judge_is_refused() throws IOException {
    Files.writeString(folder.resolve("train.tsv"), "label\tuser\ttags\n1\tu\ta\n0\tv\tb\n");

    assertThatThrownBy(() -> CtrFolder.read(folder, 1))
        .hasMessageContaining("train.tsv: has 2 samples; at least 100 are needed");
  }

  @Test
  void a_field_with_a_single_token_is_refused() throws IOException {
    write("train.tsv", "label\tuser\ttags", i -> i % 2 + "\tu" + i % 5 + "\tonly");

    assertThatThrownBy(() -> CtrFolder.read(folder, 1))
        .hasMessageContaining("column 'tags' has 1 token");
  }

  @Test
  void a_column_that_a_later_file_lacks_is_named() throws IOException {
    write("test.tsv", "label\tuser", i -> i % 2 + "\tu");

    assertThatThrownBy(() -> CtrFolder.read(folder, 1))
        .hasMessageContaining("test.tsv:1: column 'tags': is missing");
  }

  @Test
  void a_field_that_copies_the_label_is_warned_about() throws IOException {
    write("train.tsv", "label\tuser\ttags", i -> "%1$d\tu%2$d\t%1$d".formatted(i % 2, i % 5));

    assertThat(CtrFolder.read(folder, 1).warnings())
        .singleElement()
        .asString()
        .contains("column 'tags' decides the label");
  }

  private void write(String file, String header, IntFunction<String> line) throws IOException {
    StringBuilder text = new StringBuilder(header).append('\n');
    for (int i = 0; i < 200; i++) {
      text.append(line.apply(i)).append('\n');
    }
    Files.writeString(folder.resolve(file), text.toString());
  }
}
