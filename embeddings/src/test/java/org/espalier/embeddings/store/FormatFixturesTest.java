package org.espalier.embeddings.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.edges;
import static org.espalier.embeddings.store.StoreTesting.history;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stores that earlier versions wrote, {@code formats/store-N.zip}, with what is in them, {@code store-N.txt}: they must open
 * and be read for ever, or be converted. {@code embeddings/make-format-fixture} writes the one of this version.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FormatFixturesTest {

  private static final Path FOLDER = Path.of("src", "test", "resources", "formats");
  private static final StoreOptions OPTIONS = StoreTesting.UNSYNCED;

  @TempDir private Path temp;

  static List<Integer> versions() {
    return IntStream.rangeClosed(1, StoreDirectory.FORMAT_VERSION).boxed().toList();
  }

  @ParameterizedTest(name = "store format {0}")
  @MethodSource("versions")
  void a_store_of_each_version_opens_and_has_what_was_written(int version) throws IOException {
    Path zip = FOLDER.resolve("store-%d.zip".formatted(version));
    assertThat(zip).as("run embeddings/make-format-fixture before the format changes").exists();
    unpack(zip, temp.resolve("store"));
    try (Store store = Store.open(temp.resolve("store"), OPTIONS)) {
      assertThat(store.verify().problems()).isEmpty();
      assertThat(describe(store))
          .isEqualTo(Files.readAllLines(FOLDER.resolve("store-%d.txt".formatted(version))));
      long before = store.lastSequence();
      store.append(List.of(StoreTesting.event("new", "ann", "i1", 1)));
      assertThat(store.lastSequence()).as("it can be written to").isEqualTo(before + 1);
    }
  }

  @Test
  void the_fixture_is_written_when_asked() throws IOException {
    Path store = temp.resolve("made");
    List<String> lines = make(store);
    assertThat(lines).hasSizeGreaterThan(100);
    if ("write".equals(System.getenv("ESPALIER_FIXTURES"))) {
      Files.createDirectories(FOLDER);
      String name = "store-" + StoreDirectory.FORMAT_VERSION;
      pack(store, FOLDER.resolve(name + ".zip"));
      Files.write(FOLDER.resolve(name + ".txt"), lines, UTF_8);
    }
  }

  /** Something in every family, some of it in table files and some in the log. */
  private static List<String> make(Path directory) {
    try (Store store = Store.open(directory, OPTIONS)) {
      store.append(
          IntStream.range(0, 60)
              .mapToObj(i ->
                  new Event(
                      i % 3 == 0 ? null : "e" + i,
                      i % 5 == 0 ? "purchase" : "click",
                      "user " + i % 7,
                      "i" + i % 11,
                      i * 0.5f,
                      1_700_000_000_000L + i,
                      i % 4 == 0 ? "r" + i : null,
                      i % 6 == 0 ? "{\"device\":\"ios\"}" : null))
              .toList());
      store.putItems(
          List.of(
              new CatalogueUpdate(
                  "i1", "{\"title\":\"Dune\"}", List.of("book", "sf"), false, 5, -1),
              new CatalogueUpdate("i2", "{}", List.of(), true, 6, -1)));
      store.putUsers(
          List.of(new CatalogueUpdate("user 1", "{\"age\":40}", List.of(), false, 7, -1)));
      store.putTriples(
          List.of(
              new Triple("i1", "written_by", "person:frank-herbert", 1, 8),
              new Triple("i2", "genre", "sf", 0.25f, 9)));
      store.deleteUser("user 6");
      store.deleteItem("i9", 10, CatalogueUpdate.ANY_VERSION);
      Random random = new Random(7);
      for (int generation = 1; generation <= 2; generation++) {
        try (GenerationWriter writer = store.generations().begin()) {
          writer
              .table(table("item", "entity", 60, random))
              .table(table("user", "user", 30, random))
              .commit(draft("mf", generation));
        }
      }
      store.generations().activate(1, OptionalInt.empty());
      store.flush();
      store.append(
          List.of(new Event("late", "click", "user 1", "i1", 1, 1_700_000_001_000L, null, null)),
          new SourcePosition("topic-0", 0, 42));
      return describe(store);
    }
  }

  private static List<String> describe(Store store) {
    List<String> lines = new ArrayList<>();
    lines.add("events up to " + store.lastSequence());
    for (long sequence = 1; sequence <= store.lastSequence(); sequence++) {
      lines.add("event %d %s".formatted(sequence, store.events().find(sequence)));
    }
    for (int i = 0; i < 7; i++) {
      String user = "user " + i;
      if (store.dictionary().find(Field.USER, user) >= 0) {
        lines.add("history of %s %s".formatted(user, history(store, user, 100)));
      }
    }
    edges(store).forEach(edge -> lines.add("edge " + edge));
    for (int number : List.of(1, 2)) {
      Manifest manifest = store.generations().manifest(number);
      lines.add(
          "generation %d %s %s %d %s %s %s %s"
              .formatted(
                  manifest.number(),
                  manifest.created(),
                  manifest.model(),
                  manifest.dim(),
                  manifest.tables(),
                  new TreeMap<>(manifest.parameters()),
                  new TreeMap<>(manifest.metrics()),
                  manifest.provenance()));
      for (String table : List.of("item", "user")) {
        lines.add("table %s %s".formatted(table, contents(store.generations(), number, table)));
      }
    }
    lines.add("active " + store.generations().active());
    return lines;
  }

  private static void pack(Path directory, Path zip) throws IOException {
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file);
        Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = each.getFileName().toString();
        if (!name.equals("LOCK") && !name.startsWith("LOG")) {
          ZipEntry entry = new ZipEntry(directory.relativize(each).toString());
          entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
          out.putNextEntry(entry);
          Files.copy(each, out);
        }
      }
    }
  }

  private static void unpack(Path zip, Path directory) throws IOException {
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path target = directory.resolve(entry.getName()).normalize();
        assertThat(target).startsWithRaw(directory);
        Files.createDirectories(target.getParent());
        Files.copy(in, target);
      }
    }
  }
}
