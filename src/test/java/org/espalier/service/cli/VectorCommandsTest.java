package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.exchange.NpyFile;
import org.espalier.embeddings.exchange.NpyWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands fit, export and import. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class VectorCommandsTest {

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  @TempDir Path folder;
  private MadeVectors made;

  @BeforeEach
  void files() throws IOException {
    made = MadeVectors.write(folder, 3);
  }

  private int run(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int fit(String... flags) {
    List<String> arguments =
        new ArrayList<>(
            List.of("fit", "--items", path("items.npy"), "--ids", path("items.txt"), "--out"));
    arguments.add(path("fitted"));
    arguments.addAll(List.of(flags));
    return run(arguments.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void a_fit_reports_what_it_kept_and_prints_one_object() {
    assertThat(
            fit(
                "--queries",
                path("users.npy"),
                "--query-ids",
                path("users.txt"),
                "--keep",
                "0.35",
                "--json"))
        .as(err::toString)
        .isZero();
    assertThat(out.toString()).startsWith("{").endsWith("}\n").hasLineCount(1);
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.get("users").asInt()).isEqualTo(MadeVectors.USERS);
    JsonNode fit = json.get("fit");
    assertThat(fit.get("keep_asked").asDouble()).isEqualTo(0.35);
    assertThat(fit.get("keep_got").asDouble()).isBetween(0.25, 0.35);
    assertThat(fit.get("bytes").asLong()).isLessThanOrEqualTo((long) (0.35 * 400 * 16 * 4));
    assertThat(fit.get("quality").get("overlap_at10").asDouble()).isGreaterThan(0.99);
    assertThat(fit.get("quality").get("score_error").asDouble()).isLessThan(1e-4);
    assertThat(fit.propertyNames()).contains("seconds", "groups", "full_bytes", "price");
  }

  @Test
  void vectors_go_through_a_fit_an_export_and_an_import() {
    assertThat(fit("--keep", "0.35")).as(err::toString).isZero();
    assertThat(out.toString()).contains("400 items of 16 dimensions").contains("serve --data-dir");
    for (String format : List.of("npy", "ndjson", "stored")) {
      assertThat(
              run(
                  "export",
                  "--data-dir",
                  path("fitted"),
                  "--format",
                  format,
                  "--out",
                  path(format)))
          .as(err::toString)
          .isZero();
      assertThat(run("import", "--data-dir", path("again"), "--from", path(format), "--activate"))
          .as(err::toString)
          .isZero();
      assertThat(run("export", "--data-dir", path("again"), "--out", path("from " + format)))
          .as(err::toString)
          .isZero();
      try (NpyFile read = NpyFile.open(folder.resolve("from " + format).resolve("item.npy"))) {
        float[] vectors = new float[MadeVectors.ITEMS * MadeVectors.DIM];
        read.read(0, MadeVectors.ITEMS, vectors);
        for (int i = 0; i < vectors.length; i++) {
          assertThat(vectors[i]).isCloseTo(made.items()[i], within(1e-3f));
        }
      }
      assertThat(folder.resolve("from " + format).resolve("item.ids.txt"))
          .hasSameTextualContentAs(folder.resolve("items.txt"));
    }
    assertThat(
            run(
                "import",
                "--data-dir",
                path("again"),
                "--items",
                path("items.npy"),
                "--ids",
                path("items.txt"),
                "--json"))
        .isZero();
    assertThat(out.toString()).isEqualTo("{\"generation\":4,\"active\":false}\n");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"--keep=0", "--keep=1.5", "--sizes=-1", "--encoding=fp1", "--measure=-1"})
  void a_flag_out_of_its_range_is_wrong_usage(String flag) {
    assertThat(fit(flag)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("espalier: ").contains("fit --help");
    assertThat(folder).isDirectoryNotContaining("glob:**fitted*");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "--keep=0.01, keep at least",
    "--sizes=17, size 17 is over the 16 dimensions",
    "--query-ids=x, --query-ids name the vectors of --queries",
    "--queries=nowhere.npy, nowhere.npy: there is no such file"
  })
  void what_cannot_be_done_is_one_line_and_leaves_nothing(String flag, String fault) {
    assertThat(fit(flag)).isEqualTo(1);
    assertThat(err.toString()).startsWith("espalier: ").contains(fault).hasLineCount(1);
    assertThat(out.toString()).isEmpty();
    assertThat(folder).isDirectoryNotContaining("glob:**fitted*");
  }

  @Test
  void bad_vectors_are_named_with_file_row_and_id() throws IOException {
    Files.delete(folder.resolve("items.npy"));
    try (NpyWriter writer = NpyWriter.create(folder.resolve("items.npy"), 2)) {
      for (int r = 0; r < MadeVectors.ITEMS; r++) {
        writer.add(new float[] {1, r == 7 ? Float.NaN : 2});
      }
    }
    assertThat(fit()).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "espalier: %s: row 7 (id 'item 7'), value 1 is NaN\n".formatted(path("items.npy")));
    assertThat(folder).isDirectoryNotContaining("glob:**fitted*");
  }

  @Test
  void folders_of_others_are_left_alone() throws IOException {
    Files.createDirectories(folder.resolve("fitted"));
    Files.writeString(folder.resolve("fitted/thesis.txt"), "chapter 1");
    assertThat(fit()).isEqualTo(1);
    assertThat(err.toString()).contains("fitted: is not empty; name a new folder").hasLineCount(1);
    assertThat(folder.resolve("fitted/thesis.txt")).hasContent("chapter 1");
    assertThat(run("export", "--data-dir", path("none"), "--out", path("x"))).isEqualTo(1);
    assertThat(err.toString()).contains("none is no data folder").hasLineCount(1);
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void an_import_that_fails_makes_no_store() throws IOException {
    assertThat(run("import", "--data-dir", path("new"), "--from", path("nowhere"))).isEqualTo(1);
    assertThat(err.toString()).contains("generation.json: there is no such file").hasLineCount(1);
    assertThat(run("import", "--data-dir", path("new"))).isEqualTo(2);
    Files.writeString(folder.resolve("items.txt"), "one\n");
    assertThat(
            run(
                "import",
                "--data-dir",
                path("new"),
                "--items",
                path("items.npy"),
                "--ids",
                path("items.txt")))
        .isEqualTo(1);
    assertThat(err.toString()).contains("has 1 ids for the 400 vectors").hasLineCount(1);
    assertThat(folder.resolve("new")).doesNotExist();
  }
}
