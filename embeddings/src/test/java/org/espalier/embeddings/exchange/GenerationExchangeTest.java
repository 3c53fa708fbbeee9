package org.espalier.embeddings.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.StepListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GenerationExchangeTest {

  private static final int DIM = 6;
  private static final int[] SIZES = {0, 1, 3, 6};
  private static final StoreOptions OPTIONS =
      new StoreOptions(StoreOptions.Sync.OFF, 0, 1024, 4096, 0, 16L << 20, 8L << 20);
  private static final Provenance PROVENANCE = new Provenance(1, 0, 0, "test", "scalar", List.of());

  @TempDir private Path folder;
  private Path exported;
  private Store store;
  private final Map<String, List<Float>> vectors = new TreeMap<>();
  private final Map<String, Integer> sizes = new HashMap<>();

  @BeforeEach
  void open() throws IOException {
    exported = Files.createDirectory(folder.resolve("exported"));
    store = Store.open(folder.resolve("store"), OPTIONS);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Makes generation 1 of random items, whose bases differ by seed, and of users. */
  private void fill(long seed) {
    Random random = new Random(seed);
    List<String> ids = IntStream.range(0, 500).mapToObj(i -> "item \"" + i + "\" ü").toList();
    int[] tokens = GenerationImport.tokens(store, Field.ENTITY.name(), ids);
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", DIM)
            .sizes(SIZES)
            .basis(basis((int) (seed % 3), random))
            .defaultRow(floats(DIM, random));
    for (int token : tokens) {
      int size = SIZES[random.nextInt(SIZES.length)];
      builder.add(token, floats(size, random), 0, size);
    }
    MultiSizeTable items = builder.build();
    float[] vector = new float[DIM];
    for (int r = 0; r < tokens.length; r++) {
      items.copyVector(tokens[r], vector, 0);
      vectors.put(ids.get(r), new FloatArrayList(vector.clone()));
      sizes.put(ids.get(r), items.sizeOf(tokens[r]));
    }
    int[] users = GenerationImport.tokens(store, "user", List.of("u1", "u2"));
    GenerationImport.commit(
        store,
        List.of(items, MultiSizeTable.uniform("user", "user", DIM, users, floats(2 * DIM, random))),
        new ManifestDraft(
            Instant.EPOCH,
            "mf",
            DIM,
            Map.of("alpha", 0.5, "n", 3),
            Map.of("ndcg", 0.25),
            PROVENANCE));
  }

  private static Basis basis(int kind, Random random) {
    return switch (kind) {
      case 0 -> Basis.identity(DIM);
      case 1 -> Basis.rotated(DIM, floats(DIM * DIM, random));
      default ->
          Basis.projected(
              DIM,
              Map.of(
                  1,
                  floats(DIM, random),
                  3,
                  floats(3 * DIM, random),
                  6,
                  floats(DIM * DIM, random)));
    };
  }

  private static float[] floats(int n, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian() * (random.nextInt(9) == 0 ? 1e-12f : 1);
    }
    return values;
  }

  private long export(Form form) {
    return GenerationExport.write(store, 1, List.of(), form, exported, StepListener.NONE);
  }

  private int importInto(Store target) {
    try (GenerationImport read = GenerationImport.read(exported)) {
      return read.into(target, Instant.EPOCH, PROVENANCE);
    }
  }

  private Map<String, List<Float>> read(Store from, int number, String table) {
    TableHeader header = from.generations().header(number, table);
    Field field = from.dictionary().field(header.shape().field()).orElseThrow();
    MultiSizeTableBuilder copy =
        MultiSizeTable.builder(table, field.name(), DIM)
            .sizes(header.shape().groups().stream().mapToInt(group -> group.size()).toArray())
            .basis(header.basis())
            .defaultRow(header.defaultRow());
    Map<String, Integer> tokens = new HashMap<>();
    float[] row = new float[DIM];
    from.generations()
        .rows(
            number,
            table,
            (token, size, encoding, payload) -> {
              encoding.decode(payload, size, row, 0);
              copy.add(token, row, 0, size);
              tokens.put(from.dictionary().token(field, token), token);
            });
    MultiSizeTable built = copy.build();
    Map<String, List<Float>> read = new TreeMap<>();
    tokens.forEach((id, token) -> {
      float[] vector = new float[DIM];
      built.copyVector(token, vector, 0);
      read.put(id, new FloatArrayList(vector));
    });
    return read;
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @CsvSource({
    "NPY,1",
    "NPY,2",
    "NPY,3",
    "NDJSON,1",
    "NDJSON,2",
    "NDJSON,3",
    "STORED,1",
    "STORED,2",
    "STORED,3"
  })
  void another_store_takes_over_what_was_exported(Form form, long seed) {
    fill(seed);
    assertThat(export(form)).isEqualTo(502);
    try (Store other = Store.open(folder.resolve("other"), OPTIONS)) {
      other.intern("entity", List.of("somebody else's", "item \"7\" ü")); // other ids than here
      int number = importInto(other);
      Manifest manifest = other.generations().manifest(number);
      assertThat(manifest.model()).isEqualTo("mf");
      assertThat(manifest.number("alpha")).isEqualTo(0.5);
      assertThat(manifest.metrics()).containsEntry("ndcg", 0.25);
      assertThat(read(other, number, "item")).isEqualTo(vectors);
      assertThat(read(other, number, "user")).isEqualTo(read(store, 1, "user"));
      assertThat(other.generations().active()).isEmpty();
      if (form == Form.STORED) {
        assertThat(manifest.table("item").orElseThrow().shape())
            .isEqualTo(store.generations().manifest(1).table("item").orElseThrow().shape());
      }
      assertThat(other.verify().problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void stored_rows_of_every_encoding_come_back_as_they_were(Encoding encoding) {
    Random random = new Random(encoding.code());
    int[] tokens = GenerationImport.tokens(store, "entity", List.of("a", "b", "c", "d"));
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", DIM).sizes(SIZES).encoding(encoding);
    for (int r = 0; r < tokens.length; r++) {
      builder.add(tokens[r], floats(SIZES[r], random), 0, SIZES[r]);
    }
    GenerationImport.commit(
        store,
        List.of(builder.build()),
        new ManifestDraft(Instant.EPOCH, "x", DIM, Map.of(), Map.of(), PROVENANCE));
    export(Form.STORED);
    int number = importInto(store);
    assertThat(store.generations().manifest(number).tables().getFirst().shape())
        .isEqualTo(store.generations().manifest(1).tables().getFirst().shape());
    assertThat(read(store, number, "item")).isEqualTo(read(store, 1, "item"));
  }

  @Test
  void one_table_is_exported_alone_and_erased_users_are_not() {
    fill(1);
    store.deleteUser("u1");
    assertThat(
            GenerationExport.write(
                store, 1, List.of("user"), Form.NPY, exported, StepListener.NONE))
        .isEqualTo(1);
    assertThat(exported.toFile().list())
        .containsExactlyInAnyOrder("user.npy", "user.ids.txt", "generation.json");
    assertThat(exported.resolve("user.ids.txt")).hasContent("u2\n");
    assertThatThrownBy(() ->
            GenerationExport.write(
                store, 1, List.of("genre"), Form.NPY, exported, StepListener.NONE))
        .hasMessageContaining("generation 1: has no table 'genre', but [item, user]");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void a_token_with_a_lines_end_goes_into_json_only(Form form) {
    int[] tokens = GenerationImport.tokens(store, "entity", List.of("two\nlines"));
    GenerationImport.commit(
        store,
        List.of(MultiSizeTable.uniform("item", "entity", 2, tokens, new float[2])),
        new ManifestDraft(Instant.EPOCH, "x", 2, Map.of(), Map.of(), PROVENANCE));
    if (form == Form.NPY) {
      assertThatThrownBy(() -> export(form)).hasMessageContaining("export as ndjson");
    } else {
      assertThat(export(form)).isOne();
      assertThat(importInto(store)).isEqualTo(2);
    }
  }

  @ParameterizedTest(name = "{0}: {1} for {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "generation.json|\"format\" : 1|\"format\" : 2|format 2",
        "generation.json|\"item\"|\"../item\"|no name for a file",
        "generation.json|\"item\"|\"user\"|two of one name",
        "generation.json|\"dim\" : 6|\"dim\" : 7|has 6 dimensions, its generation 7",
        "generation.json|\"NESTED\"|\"SIDEWAYS\"|does not describe",
        "generation.json|\"mf\"|null|does not describe",
        "item.rows.ndjson|\"row\":[]|\"row\":[1,2]|a row of 2 values; the table has the sizes [0, 1, 3, 6]",
        "item.rows.ndjson|\"id\":|\"name\":|is not as {",
        "item.rows.ndjson|\"row\":[]|\"row\":[1e99]|has the value Infinity"
      })
  void a_folder_that_was_tampered_with_makes_no_generation(
      String file, String old, String now, String fault) throws IOException {
    fill(3);
    export(Form.STORED);
    Path path = exported.resolve(file);
    String text = Files.readString(path);
    int at = text.indexOf(old);
    assertThat(at).isNotNegative();
    Files.writeString(path, text.substring(0, at) + now + text.substring(at + old.length()));
    assertThatThrownBy(() -> importInto(store))
        .isInstanceOf(ExchangeException.class)
        .hasMessageStartingWith(exported.toString())
        .hasMessageContaining(fault)
        .hasMessageNotContaining("\n");
    assertThat(store.generations().list()).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"item.default.npy, has 2 rows", "item.basis.npy, has 2 rows"})
  void a_matrix_of_another_shape_makes_no_generation(String file, String fault) throws IOException {
    fill(1);
    export(Form.STORED);
    Files.delete(exported.resolve(file));
    try (NpyWriter writer = NpyWriter.create(exported.resolve(file), DIM)) {
      writer.add(new float[DIM]);
      writer.add(new float[DIM]);
    }
    assertThatThrownBy(() -> importInto(store))
        .hasMessageStartingWith(exported.resolve(file) + ": ")
        .hasMessageContaining(fault);
    assertThat(store.generations().list()).hasSize(1);
  }

  @Test
  void a_new_folder_is_whole_or_not_there() throws IOException {
    Path target = folder.resolve("deep/er/new");
    try (NewFolder unfinished = NewFolder.at(target)) {
      Files.writeString(unfinished.path().resolve("a"), "1");
    }
    assertThat(target).doesNotExist();
    assertThat(target.getParent()).isEmptyDirectory();
    Files.createDirectories(target);
    try (NewFolder finished = NewFolder.at(target)) {
      Files.writeString(finished.path().resolve("a"), "1");
      finished.keep();
    }
    assertThat(target).isDirectoryContaining("glob:**/a");
    assertThat(target.getParent()).isDirectoryNotContaining("glob:**unfinished*");
    assertThatThrownBy(() -> NewFolder.at(target)).hasMessageContaining("is not empty");
    assertThatThrownBy(() -> NewFolder.at(target.resolve("a"))).hasMessageContaining("is a file");
  }
}
