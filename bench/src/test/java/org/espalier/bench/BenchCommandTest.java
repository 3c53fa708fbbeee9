package org.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BenchCommandTest {

  private static final String[] TINY = {"--rows=700", "--dim=16", "--seconds=0.1"};

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "topk, median_us p99_us rows_per_s stored_bytes gb_per_s read_gb_per_s",
    "topk --keep=0.125 --batch=3 --k=5, speedup full_median_us batch_ratio single_median_us",
    "topk --threads=2, median_us p99_us rows_per_s threads",
    "gather, rows_per_s rocksdb_rows_per_s speedup median_us p99_us gb_per_s read_gb_per_s",
    "gather --keep=0.125 --batch=9, rows_per_s rocksdb_rows_per_s speedup",
    "lookup, rows_per_s rocksdb_rows_per_s speedup median_us p99_us gb_per_s read_gb_per_s",
    "publish, rows_per_s reader_p99_ratio median_us p99_us gb_per_s read_gb_per_s"
  })
  void a_benchmark_prints_one_json_object_with_its_figures(String command, String fields) {
    String[] arguments =
        Stream.of(command.split(" ", -1), TINY, new String[] {"--json"})
            .flatMap(Arrays::stream)
            .toArray(String[]::new);
    assertThat(execute(arguments)).as(err.toString()).isZero();
    assertThat(out.toString()).endsWith("}\n").containsOnlyOnce("\n");
    JsonNode result = JsonMapper.shared().readTree(out.toString());
    assertThat(result.get("rows").intValue()).isEqualTo(700);
    for (String field : fields.split(" ", -1)) {
      assertThat(result.get(field)).as(field).isNotNull();
      assertThat(result.get(field).doubleValue()).as(field).isPositive();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "propagate --seconds=0.1, full_ms edges_per_s nodes directed_edges",
    "refresh --events=5 --burst=20 --bursts=1, single_event_p99_ms burst_ms full_ms nodes"
  })
  void a_benchmark_of_a_made_up_graph_prints_its_figures(String command, String fields) {
    String[] graph = {"--nodes=200", "--edges=1000", "--threads=1", "--json"};
    String[] arguments =
        Stream.of(command.split(" ", -1), graph).flatMap(Arrays::stream).toArray(String[]::new);
    assertThat(execute(arguments)).as(err.toString()).isZero();
    JsonNode result = JsonMapper.shared().readTree(out.toString());
    for (String field : fields.split(" ", -1)) {
      assertThat(result.get(field)).as(field).isNotNull();
      assertThat(result.get(field).doubleValue()).as(field).isPositive();
    }
    if (command.startsWith("refresh")) {
      assertThat(result.get("relative_error").doubleValue()).isBetween(0.0, 0.01);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "refresh --nodes=3",
        "refresh --epsilon=1",
        "refresh --burst=0",
        "propagate --threads=0",
        "propagate --seconds=0"
      })
  void a_graph_that_cannot_be_measured_is_wrong_usage(String command) {
    assertThat(execute(command.split(" ", -1))).isEqualTo(2);
    assertThat(err.toString()).contains(" is not ");
  }

  @Test
  void a_data_folder_that_is_not_there_is_named() {
    assertThat(execute("propagate", "--data=no-such-folder")).isEqualTo(1);
    assertThat(err.toString()).contains("no-such-folder");
  }

  @Test
  void without_json_it_prints_a_line_a_figure() {
    assertThat(execute("topk", TINY[0], TINY[1], TINY[2])).isZero();
    assertThat(out.toString()).contains("rows           700\n").contains("\nmedian_us      ");
  }

  @Test
  void freshness_is_measured_through_a_whole_service() {
    String options =
        "freshness --json --events-per-s=200 --rankings-per-s=50 --seconds=1 --warm-up=0.5 --batch=20 --users=100"
            + " --items=60 --events=4000";
    assertThat(execute(options.split(" ", -1))).as(err.toString()).isZero();
    JsonNode result = JsonMapper.shared().readTree(out.toString());
    assertThat(result.get("batches").intValue()).isEqualTo(10);
    assertThat(result.get("rankings").intValue()).isEqualTo(50);
    for (String field : List.of("visible_p50_ms", "visible_p99_ms", "rank_p99_ms")) {
      assertThat(result.get(field).doubleValue()).as(field).isPositive();
    }
  }

  @Test
  void rankings_are_measured_while_generations_change_on_a_folder_that_is_kept(@TempDir Path kept) {
    String options =
        "rank --json --items=500 --users=50 --candidates=20 --rate=50 --seconds=3 --warm-up=0.5"
            + " --ingest-rate=100 --activate-every=2 --data-dir="
            + kept;
    for (int run = 1; run <= 2; run++) {
      out.getBuffer().setLength(0);
      assertThat(execute(options.split(" ", -1))).as(err.toString()).isZero();
      JsonNode result = JsonMapper.shared().readTree(out.toString());
      assertThat(result.get("requests").intValue()).isEqualTo(150);
      assertThat(result.get("activations").intValue()).as("run %d", run).isEqualTo(1);
      for (String errors : List.of("errors", "event_errors", "activation_errors")) {
        assertThat(result.get(errors).intValue()).as("%s of run %d", errors, run).isZero();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"--minutes=0", "--minutes=1 --every=20", "--rankings-per-s=0"})
  void a_soak_that_would_say_nothing_is_wrong_usage(String options) {
    assertThat(execute(("soak " + options).split(" ", -1))).isEqualTo(2);
    assertThat(err.toString()).contains("--minutes must be");
  }

  @Test
  void a_trend_is_the_line_through_its_values() {
    double[] times = {3, 4, 5, 7, 11};
    double[] values = Arrays.stream(times).map(time -> 200 - 2.5 * (time - 3)).toArray();
    Trend line = Trend.of(times, values);
    assertThat(line.start()).isCloseTo(200, within(1e-9));
    assertThat(line.perUnit()).isCloseTo(-2.5, within(1e-9));
    // Worked by hand: means 1 and 2, products 2 over squares 2.
    assertThat(Trend.of(new double[] {0, 1, 2}, new double[] {1, 2, 3}).perUnit()).isEqualTo(1);
    assertThat(Trend.of(new double[] {0, 1, 2}, new double[] {0, 5, 1}).perUnit()).isEqualTo(0.5);
  }

  @Test
  void series_of_a_metric_are_summed_whatever_their_labels() {
    List<String> metrics =
        List.of(
            "# HELP jvm_memory_used_bytes",
            "jvm_memory_used_bytes{area=\"heap\",id=\"a\"} 1.5E7",
            "jvm_memory_used_bytes{area=\"heap\",id=\"b\"} 5000000.0",
            "jvm_memory_used_bytes{area=\"nonheap\",id=\"c\"} 1.0");
    assertThat(ServiceSampler.sum(metrics, "jvm_memory_used_bytes{area=\"heap\"")).isEqualTo(2e7);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "--rows=0",
        "--dim=0",
        "--keep=0",
        "--keep=1.5",
        "--seconds=-1",
        "--batch=0",
        "--k=0"
      })
  void a_value_that_cannot_be_measured_is_wrong_usage(String option) {
    assertThat(execute("topk", option)).isEqualTo(2);
    assertThat(err.toString()).contains(option.split("=", -1)[0]).contains(" is not ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void a_popularity_shaped_mix_keeps_what_was_asked_for_and_never_grows_with_the_rank() {
    for (double keep : new double[] {0.01, 0.05, 0.125, 0.5, 1}) {
      int[] sizes = SizeMix.popularityShaped(10_000, 64, keep);
      double kept = Arrays.stream(sizes).asLongStream().sum() / 640_000.0;
      assertThat(kept).as("of %s", keep).isBetween(keep * 0.98, keep);
      for (int r = 1; r < sizes.length; r++) {
        assertThat(sizes[r]).isLessThanOrEqualTo(sizes[r - 1]);
      }
    }
  }

  private int execute(String... arguments) {
    CommandLine bench = BenchCommand.commandLine();
    return bench.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }
}
