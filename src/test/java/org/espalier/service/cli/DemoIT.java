package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as a newcomer runs it, on small worlds. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DemoIT {

  private static final Pattern MODEL = Pattern.compile("(?m)^(popularity|mf) .* (\\S+)  \\S+$");
  private static final Pattern RANKS =
      Pattern.compile("from rank (\\d+) to rank (\\d+) on average");

  @TempDir Path temp;
  private Shell shell;
  private String launcher;

  @BeforeEach
  void a_folder_for_temporary_folders() {
    launcher = Shell.checkout().resolve("espalier").toString();
    shell = new Shell(temp).with("ESPALIER_JAVA_OPTS", "-Djava.io.tmpdir=" + temp);
  }

  @Test
  void a_small_world_goes_from_the_first_event_to_a_ranking_that_moves() throws Exception {
    Outcome outcome =
        shell.run(
            launcher,
            "demo",
            "--exit",
            "--port",
            "0",
            "--users",
            "600",
            "--items",
            "300",
            "--events",
            "40000",
            "--seed",
            "3");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains(
            "a sample world of 600 users, 300 items and 40,000 events, the last 4,000 kept back")
        .contains("generation 1 is active")
        .contains("Go on with\n  curl 'http://127.0.0.1:");
    assertThat(ndcgAt20(outcome, "mf")).isGreaterThan(ndcgAt20(outcome, "popularity"));
    Matcher ranks = RANKS.matcher(outcome.out());
    assertThat(ranks.find()).isTrue();
    assertThat(Integer.parseInt(ranks.group(2)))
        .as("rank after the clicks")
        .isLessThan(Integer.parseInt(ranks.group(1)));
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void a_data_folder_is_sent_and_its_test_slice_kept_back() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    write(data, "train", item -> item % 7 != 0 && item % 5 != 0);
    write(data, "valid", item -> item % 5 == 0);
    write(data, "test", item -> item % 7 == 0 && item % 5 != 0);
    Files.writeString(data.resolve("items.tsv"), "item\ttitle\tgenre\ni2\tDune\tsf|classic\n");
    Files.writeString(data.resolve("kg.tsv"), "head\trelation\ttail\ni2\twritten_by\tperson:1\n");
    Outcome outcome =
        shell.run(
            launcher, "demo", "--data", data.toString(), "--exit", "--port=0", "--data-dir=kept");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("a data folder of 40 users, 60 items and ")
        .contains("generation 1 is active")
        .contains("kept (kept)");
    assertThat(temp.resolve("kept")).isNotEmptyDirectory();

    Outcome again = shell.run(launcher, "demo", "--exit", "--port=0", "--data-dir=kept");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.out()).isEmpty();
    assertThat(again.err()).startsWith("espalier: kept is not empty").hasLineCount(1);

    Outcome trained = shell.run(launcher, "train", "--data-dir=kept", "--dim=8");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .startsWith("Generation 2 is active: 40 users and ")
        .contains("Measured on the latest 10% of the interactions")
        .containsPattern("mf( +[01]\\.\\d{4}){5}\n");
  }

  @Test
  void training_on_an_empty_store_is_one_line() throws Exception {
    Outcome outcome = shell.run(launcher, "train", "--data-dir=nothing");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("espalier: there are no interactions to train on; send events")
        .hasLineCount(1);
  }

  private List<String> leftBehind() throws Exception {
    try (var content = Files.list(temp)) {
      return content
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("espalier-demo"))
          .toList();
    }
  }

  private static double ndcgAt20(Outcome outcome, String model) {
    Matcher row = MODEL.matcher(outcome.out());
    while (row.find()) {
      if (row.group(1).equals(model)) {
        return Double.parseDouble(row.group(2));
      }
    }
    throw new AssertionError("no row for " + model + " in\n" + outcome.out());
  }

  /** Forty users, each of whom likes one half of sixty items. */
  private static void write(Path folder, String slice, IntPredicate items) throws Exception {
    StringBuilder text = new StringBuilder("user\titem\trating\ttimestamp\n");
    for (int user = 0; user < 40; user++) {
      int who = user;
      IntStream.range(0, 60)
          .filter(item -> item % 2 == who % 2)
          .filter(items)
          .mapToObj(item -> "u%d\ti%d\t4\t%d\n".formatted(who, item, 1_700_000_000L + item))
          .forEach(text::append);
    }
    Files.writeString(folder.resolve(slice + ".tsv"), text);
  }
}
