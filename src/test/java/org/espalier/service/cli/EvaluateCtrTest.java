package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EvaluateCtrTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  /** Users click items of their own colour, nine times out of ten. */
  @BeforeEach
  void a_click_log() throws IOException {
    Random random = new Random(11);
    write("train.tsv", random, 1200);
    write("valid.tsv", random, 300);
    write("test.tsv", random, 300);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"full", "uniform", "pme"})
  void the_json_has_every_promised_field_and_nothing_else_is_printed(String method) {
    assertThat(evaluate("--method", method, "--dim", "8", "--keep", "0.5", "--json")).isZero();
    assertThat(out.toString()).startsWith("{").endsWith("}\n").hasLineCount(1);
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.propertyNames())
        .contains(
            "auc",
            "logloss",
            "parameters",
            "embedding_bytes",
            "epochs",
            "epoch_seconds",
            "search_seconds",
            "train_seconds",
            "samples_per_s");
    assertThat(json.get("method").asString()).isEqualTo(method);
    assertThat(json.get("auc").asDouble()).as("a model that sees colours").isGreaterThan(0.7);
    assertThat(json.get("parameters").asInt()).isLessThanOrEqualTo(json.get("budget").asInt());
  }

  @Test
  void the_summary_says_what_was_measured() {
    assertThat(evaluate("--method", "full", "--dim", "4")).isZero();
    assertThat(out.toString())
        .startsWith("deepfm, full (nested), keep 1.0, seed 1\n")
        .containsPattern("test AUC 0\\.\\d{4}");
  }

  @Test
  void a_missing_file_is_named_in_one_line() throws IOException {
    Files.delete(folder.resolve("valid.tsv"));
    assertThat(evaluate()).isEqualTo(1);
    assertThat(err.toString()).contains(folder.resolve("valid.tsv").toString()).hasLineCount(1);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "--keep=0",
        "--keep=1.5",
        "--dim=0",
        "--threads=0",
        "--method=luck",
        "--distil=x",
        "--criterion=x"
      })
  void a_flag_out_of_its_range_is_wrong_usage(String flag) {
    assertThat(evaluate(flag)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("espalier: ").contains("evaluate ctr --help");
  }

  @ParameterizedTest(name = "evaluate {0}")
  @ValueSource(strings = {"ctr", "sweep"})
  void a_field_that_copies_the_label_is_warned_about_before_any_work(String task)
      throws IOException {
    rewrite(line ->
        line + (line.startsWith("label") ? "\tbought" : line.startsWith("1") ? "\tyes" : "\tno"));
    String budget = task.equals("ctr") ? "--keep=0.001" : "--keeps=0.5";
    String method = task.equals("ctr") ? "--method=uniform" : "--methods=uniform";
    List<String> flags = new ArrayList<>(List.of(budget, method, "--dim=8"));
    if (task.equals("sweep")) {
      flags.addAll(List.of("--seeds=1", "--distil=off"));
    }
    int code = run(task, flags.toArray(String[]::new));
    assertThat(err.toString())
        .startsWith("espalier: warning: ")
        .contains(
            "column 'bought' decides the label in every line; was it known before the click?");
    if (task.equals("ctr")) { // the budget is refused next, and nothing was trained
      assertThat(code).isEqualTo(1);
      assertThat(err.toString()).hasLineCount(2).contains("numbers");
      assertThat(out.toString()).isEmpty();
    }
  }

  @Test
  void labels_of_one_class_and_a_field_of_one_token_are_refused_in_one_line() throws IOException {
    rewrite(line -> line.startsWith("label") ? line + "\tshop" : line + "\tours");
    assertThat(evaluate()).isEqualTo(1);
    assertThat(err.toString())
        .contains("column 'shop' has 1 token; a field needs at least two, so drop the column")
        .hasLineCount(1);
    err.getBuffer().setLength(0);
    rewrite(line -> line.startsWith("label") ? line : "1" + line.substring(1));
    assertThat(evaluate()).isEqualTo(1);
    assertThat(err.toString())
        .contains("column 'label' is 1 in every line; both classes are needed")
        .hasLineCount(1);
  }

  @Test
  void a_log_that_is_too_short_is_refused_in_one_line() throws IOException {
    write("train.tsv", new Random(1), 50);
    assertThat(evaluate()).isEqualTo(1);
    assertThat(err.toString()).contains("has 50 samples; at least 100 are needed").hasLineCount(1);
  }

  private void rewrite(UnaryOperator<String> change) throws IOException {
    for (String file : List.of("train.tsv", "valid.tsv", "test.tsv")) {
      Path path = folder.resolve(file);
      Files.write(path, Files.readAllLines(path).stream().map(change).toList());
    }
  }

  @Test
  void a_sweep_prints_its_table_and_goes_on_from_its_folder() throws IOException {
    String[] flags = {
      "--dim=8",
      "--methods=uniform,paper",
      "--keeps=0.5",
      "--seeds=1,2",
      "--distil=off",
      "--out=" + folder.resolve("sweep")
    };
    assertThat(run("sweep", flags)).isZero();
    String table = out.toString();
    assertThat(table).startsWith("| method |").contains("| uniform | no | 0.5 |", "| paper |");
    assertThat(folder.resolve("sweep/sweep.md")).hasContent(table);
    assertThat(Files.readString(folder.resolve("sweep/sweep.svg"))).startsWith("<svg");

    out.getBuffer().setLength(0);
    assertThat(run("sweep", flags)).isZero();
    assertThat(out.toString()).as("seconds too: nothing ran again").isEqualTo(table);
  }

  @Test
  void a_sweep_as_json_is_one_object() {
    assertThat(
            run(
                "sweep",
                "--dim=8",
                "--methods=uniform",
                "--keeps=0.5",
                "--seeds=1",
                "--distil=off",
                "--json"))
        .isZero();
    assertThat(out.toString()).startsWith("{").endsWith("}\n").hasLineCount(1);
    JsonNode row = JsonMapper.shared().readTree(out.toString()).get("rows").get(0);
    assertThat(row.get("contender").asString()).isEqualTo("uniform");
    assertThat(row.get("auc").get("mean").asDouble()).isGreaterThan(0.6);
  }

  @Test
  void a_sweep_with_a_budget_out_of_range_is_wrong_usage() {
    assertThat(run("sweep", "--keeps=0.1,2")).isEqualTo(2);
    assertThat(err.toString()).startsWith("espalier: keep=2.0 is not in (0, 1]");
  }

  private int evaluate(String... flags) {
    return run("ctr", flags);
  }

  private int run(String task, String... flags) {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", task, "--data", folder.toString()));
    arguments.addAll(List.of(flags));
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private void write(String file, Random random, int rows) throws IOException {
    StringBuilder text = new StringBuilder("label\tuser\titem\tcolour\n");
    for (int row = 0; row < rows; row++) {
      int user = random.nextInt(30);
      int item = random.nextInt(40);
      boolean click = (user % 2 == item % 2) == (random.nextInt(10) > 0);
      text.append(click ? 1 : 0)
          .append("\tu" + user + "\ti" + item)
          .append(item % 2 == 0 ? "\tred\n" : "\tblue\n");
    }
    Files.writeString(folder.resolve(file), text);
  }
}
