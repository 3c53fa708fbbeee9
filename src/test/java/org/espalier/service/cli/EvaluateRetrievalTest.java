package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
class EvaluateRetrievalTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  /** Two crowds, each of which likes half of the items. */
  @BeforeEach
  void a_data_folder() throws IOException {
    Random random = new Random(7);
    List<String> train = new ArrayList<>();
    List<String> valid = new ArrayList<>();
    List<String> test = new ArrayList<>();
    for (int user = 0; user < 40; user++) {
      for (int item = user % 2; item < 40; item += 2) {
        List<String> slice = random.nextInt(4) > 0 ? train : random.nextBoolean() ? valid : test;
        slice.add("u" + user + "\ti" + item);
      }
    }
    write("train.tsv", train);
    write("valid.tsv", valid);
    write("test.tsv", test);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"full", "uniform", "popularity", "magnitude", "mask", "pme"})
  void a_pruned_model_keeps_to_its_budget_and_stands_beside_the_full_one(String method) {
    assertThat(evaluate("--dim", "16", "--method", method, "--keep", "0.25", "--json")).isZero();
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(out.toString()).startsWith("{").endsWith("}\n").hasLineCount(1);
    assertThat(json.propertyNames())
        .contains(
            "ndcg@20", "keep", "method", "embedding_bytes", "search_seconds", "train_seconds");
    assertThat(json.get("method").asString()).isEqualTo(method);
    long allowed = method.equals("full") ? 80 * 16 : 80 * 4;
    assertThat(json.get("parameters").asLong()).isPositive().isLessThanOrEqualTo(allowed);
    assertThat(json.get("embedding_bytes").asLong())
        .isGreaterThan(4 * json.get("parameters").asLong());
    assertThat(json.get("full").get("ndcg@20").asDouble()).isBetween(0.0, 1.0);
  }

  @Test
  void shortened_tables_of_a_propagator_stand_beside_the_whole_ones() {
    String[] small = {"--model", "kgat", "--preset", "paper", "--no-kg", "--dim", "8"};
    List<String> args = new ArrayList<>(List.of(small));
    args.addAll(List.of("--layers", "8", "--base-keep", "0.5", "--fit-keep", "0.8", "--json"));
    assertThat(evaluate(args.toArray(String[]::new))).isZero();
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.get("fitted").get("keep_stored").asDouble()).isBetween(0.4, 0.8);
    assertThat(json.get("fitted").get("ndcg@20").asDouble()).isBetween(0.0, 1.0);
    assertThat(evaluate("--fit-keep", "0.5")).isEqualTo(2);
    assertThat(err.toString()).contains("--fit-keep and --base-keep are not of mf");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"pme", "degree", "uniform"})
  void a_node_table_keeps_to_its_budget_by_every_method(String method) {
    String[] small = {"--model", "kgat", "--preset", "paper", "--no-kg", "--dim", "8"};
    List<String> full = new ArrayList<>(List.of(small));
    full.addAll(List.of("--layers", "8", "--json"));
    assertThat(evaluate(full.toArray(String[]::new))).isZero();
    long whole = JsonMapper.shared().readTree(out.toString()).get("parameters").asLong();
    out.getBuffer().setLength(0);

    full.addAll(List.of("--base-keep", "0.5", "--base-method", method));
    assertThat(evaluate(full.toArray(String[]::new))).isZero();
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.get("base_method").asString()).isEqualTo(method);
    long rows =
        json.get("parameters").asLong() - (whole - 80 * 8); // all but the layers and relations
    assertThat(rows).isBetween(80L, 80L * 4);
    assertThat(json.get("ndcg@10").asDouble()).isBetween(0.0, 1.0);
    if (method.equals("pme")) {
      assertThat(json.get("base_numbers").asLong()).isEqualTo(rows);
      assertThat(json.get("search_seconds").asDouble())
          .isGreaterThanOrEqualTo(json.get("warm_up_seconds").asDouble());
    }
  }

  @Test
  void sizes_of_a_node_table_that_is_not_there_or_has_no_room_are_refused() {
    String[] paper = {"--model", "kgat", "--preset", "paper"};
    assertThat(evaluate("--model", "fastrp", "--base-keep", "0.5")).isEqualTo(2);
    assertThat(evaluate("--model", "kgat", "--base-method", "pme")).isEqualTo(2);
    assertThat(evaluate(paper[0], paper[1], paper[2], paper[3], "--base-method", "pme"))
        .isEqualTo(2);
    for (String method : new String[] {"pme", "degree", "uniform"}) {
      assertThat(
              evaluate(
                  paper[0], paper[1], paper[2], paper[3], "--base-keep=0", "--base-method", method))
          .isEqualTo(2);
    }
    assertThat(err.toString())
        .contains("--base-keep is of lightgcn and of kgat's preset paper")
        .contains("--base-method needs a --base-keep below 1")
        .contains("keep=0.0 is not in (0, 1]");
  }

  @Test
  void warm_and_cold_starts_need_times() {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "warm-start", "--data", folder.toString()));
    assertThat(command(arguments)).isEqualTo(1);
    assertThat(err.toString()).contains("has no column timestamp").hasLineCount(1);
    arguments.add("--half-life=0");
    assertThat(command(arguments)).isEqualTo(2);
  }

  @Test
  void pruning_what_cannot_be_pruned_is_refused() {
    assertThat(evaluate("--method", "pme", "--keep", "0")).isEqualTo(2);
    assertThat(evaluate("--method", "pme", "--model", "kgat")).isEqualTo(2);
    assertThat(evaluate("--method", "uniform", "--keep", "0.01")).isEqualTo(1);
    assertThat(err.toString())
        .contains("keep=0.0 is not in (0, 1]")
        .contains("--method prunes the tables of mf, not of kgat")
        .contains(
            "espalier: keep=0.01 of 80 tokens at size 64 leaves 51 numbers; at least 80 are needed");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"bpr", "softmax", "als"})
  void the_json_has_every_promised_field_and_nothing_else_is_printed(String loss) {
    assertThat(evaluate("--loss", loss, "--dim", "8", "--seed", "3", "--json")).isZero();
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(out.toString()).startsWith("{").endsWith("}\n").hasLineCount(1);
    assertThat(json.propertyNames())
        .contains(
            "model",
            "dim",
            "seed",
            "parameters",
            "recall@10",
            "recall@20",
            "ndcg@10",
            "ndcg@20",
            "hit@20",
            "epochs",
            "epoch_seconds",
            "seconds_to_best",
            "train_seconds",
            "peak_rss_mb");
    assertThat(json.get("model").asString()).isEqualTo("mf");
    assertThat(json.get("loss").asString()).isEqualTo(loss);
    assertThat(json.get("dim").asInt()).isEqualTo(8);
    assertThat(json.get("seed").asLong()).isEqualTo(3);
    assertThat(json.get("parameters").asLong()).isEqualTo((40 + 40) * 8);
    assertThat(json.get("epochs").asInt()).isPositive();
    double popularity = json.get("popularity").get("ndcg@10").asDouble();
    assertThat(json.get("ndcg@10").asDouble())
        .as("a model that knows the crowds")
        .isGreaterThan(popularity);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"lightgcn", "fastrp", "kgat"})
  void a_propagator_is_measured_by_the_same_protocol(String model) {
    assertThat(evaluate("--model", model, "--seed", "3", "--json")).isZero();
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.get("model").asString()).isEqualTo(model);
    assertThat(json.get("ndcg@10").asDouble())
        .as("a model that knows the crowds")
        .isGreaterThan(json.get("popularity").get("ndcg@10").asDouble());
  }

  @Test
  void the_table_has_the_popularity_baseline_beside_the_model() {
    assertThat(evaluate("--loss", "als", "--dim", "8")).isZero();
    assertThat(out.toString())
        .containsPattern("model +recall@10 +recall@20 +ndcg@10 +ndcg@20 +hit@20\n")
        .containsPattern("popularity( +0\\.\\d{4}){5}\n")
        .containsPattern("mf \\(als\\)( +[01]\\.\\d{4}){5}\n");
  }

  @Test
  void the_same_seed_gives_the_same_figures() {
    evaluate("--loss", "bpr", "--dim", "8", "--seed", "5", "--epochs", "3");
    String first = out.toString().lines().limit(3).toList().toString();
    out.getBuffer().setLength(0);
    evaluate("--loss", "bpr", "--dim", "8", "--seed", "5", "--epochs", "3");
    assertThat(out.toString().lines().limit(3).toList()).hasToString(first);
  }

  @Test
  void a_bad_line_is_named_by_file_line_and_column() throws IOException {
    write("valid.tsv", List.of("u1\ti1", "u2\t"));
    assertThat(evaluate("--json")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .startsWith("espalier: " + folder.resolve("valid.tsv") + ":3: column 'item': ")
        .hasLineCount(1);
  }

  @Test
  void a_missing_file_is_named() throws IOException {
    Files.delete(folder.resolve("test.tsv"));
    assertThat(evaluate()).isEqualTo(1);
    assertThat(err.toString()).contains(folder.resolve("test.tsv").toString()).hasLineCount(1);
  }

  @Test
  void a_test_slice_that_repeats_the_training_slice_cannot_be_measured() throws IOException {
    Files.copy(
        folder.resolve("train.tsv"),
        folder.resolve("test.tsv"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(evaluate("--epochs", "1")).isEqualTo(1);
    assertThat(err.toString()).contains("no user has an item in test.tsv").hasLineCount(1);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"--dim=0", "--threads=0", "--epochs=0", "--loss=hinge", "--dim=x"})
  void a_flag_out_of_its_range_is_wrong_usage(String flag) {
    assertThat(evaluate(flag)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("espalier: ").contains("evaluate retrieval --help");
  }

  private int evaluate(String... flags) {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "retrieval", "--data", folder.toString()));
    arguments.addAll(List.of(flags));
    return command(arguments);
  }

  private int command(List<String> arguments) {
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private void write(String file, List<String> lines) throws IOException {
    Files.writeString(folder.resolve(file), "user\titem\n" + String.join("\n", lines) + "\n");
  }
}
