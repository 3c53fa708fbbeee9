package org.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.embeddings.exchange.GenerationImport;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.learning.mf.MfObjective;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.MfGeneration;

/** A service's data folder with made-up generations: gaussian vectors, users that can be folded in. */
final class SampleData {

  private static final int BATCH = 10_000;
  private static final int GENRES = 20;

  private SampleData() {}

  static String item(int item) {
    return "item-" + item;
  }

  static String user(int user) {
    return "user-" + user;
  }

  static String genre(int item) {
    return "genre-" + item % GENRES;
  }

  static int year(int item) {
    return 1950 + item / GENRES % 75;
  }

  /** Fills a folder, unless an earlier run with the same options has. */
  static void make(Path folder, ServiceOptions options) throws IOException {
    String wanted =
        "%d items, %d users, dim %d, keep %s, seed %d, filter %s, several %s\n"
            .formatted(
                options.items,
                options.users,
                options.dim,
                options.keep,
                options.seed,
                options.filter,
                options.activateEvery > 0);
    Path made = folder.resolve("bench.txt");
    if (Files.exists(made)) {
      if (!Files.readString(made).equals(wanted)) {
        throw new IllegalStateException(
            "%s holds %snot what these options ask for; name another folder"
                .formatted(folder, Files.readString(made)));
      }
      return;
    }
    int generations = options.activateEvery > 0 ? 2 : 1;
    long rows = (long) generations * options.items + (options.filter ? options.items : 0);
    try (Store store = Store.open(EspalierProperties.storeDir(folder), StoreOptions.defaults());
        Progress progress = Console.ofProcess().progress("Making data", rows)) {
      int[] items =
          GenerationImport.tokens(
              store,
              Field.ENTITY.name(),
              IntStream.range(0, options.items).mapToObj(SampleData::item).toList());
      int[] users =
          GenerationImport.tokens(
              store,
              Field.USER.name(),
              IntStream.range(0, options.users).mapToObj(SampleData::user).toList());
      if (options.filter) {
        catalogue(store, options.items, progress);
      }
      int first = 0;
      for (int g = 0; g < generations; g++) {
        SplittableRandom random = new SplittableRandom(options.seed + g);
        List<MultiSizeTable> tables =
            List.of(items(items, options, random, progress), users(users, options.dim, random));
        int number = GenerationImport.commit(store, tables, draft(options));
        first = g == 0 ? number : first;
      }
      store.generations().activate(first, OptionalInt.empty());
    }
    Files.writeString(made, wanted);
  }

  private static void catalogue(Store store, int items, Progress progress) {
    for (int from = 0; from < items; from += BATCH) {
      List<CatalogueUpdate> batch = new ArrayList<>();
      for (int i = from; i < Math.min(items, from + BATCH); i++) {
        String fields =
            "{\"title\":\"The title of item %d\",\"genre\":[\"%s\"],\"year\":%d,\"price\":%d.%02d}"
                .formatted(i, genre(i), year(i), i * 31L % 200, i % 100);
        batch.add(
            new CatalogueUpdate(
                item(i), fields, List.of("book"), false, 0, CatalogueUpdate.ANY_VERSION));
      }
      store.putItems(batch);
      progress.step(batch.size());
    }
  }

  private static MultiSizeTable items(
      int[] tokens, ServiceOptions options, SplittableRandom random, Progress progress) {
    int[] sizes = SizeMix.popularityShaped(tokens.length, options.dim, options.keep);
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder(MfGeneration.ITEMS, Field.ENTITY.name(), options.dim);
    float[] row = new float[options.dim];
    for (int i = 0; i < tokens.length; i++) {
      gaussians(random, row);
      builder.add(tokens[i], row, 0, sizes[i]);
      if ((i + 1) % BATCH == 0) {
        progress.step(BATCH);
      }
    }
    return builder.build();
  }

  private static MultiSizeTable users(int[] tokens, int dim, SplittableRandom random) {
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder(MfGeneration.USERS, Field.USER.name(), dim).sizes(dim);
    float[] row = new float[dim];
    for (int token : tokens) {
      gaussians(random, row);
      builder.add(token, row, 0, dim);
    }
    return builder.build();
  }

  private static void gaussians(SplittableRandom random, float[] row) {
    SampleTable.gaussians(random, row);
    for (int d = 0; d < row.length; d++) {
      row[d] *= 0.2f;
    }
  }

  private static ManifestDraft draft(ServiceOptions options) {
    return new ManifestDraft(
        Instant.EPOCH,
        MfGeneration.MODEL,
        options.dim,
        MfGeneration.foldIn(new MfObjective.Als(1, 0.04, 0.75)),
        Map.of(),
        new Provenance(options.seed, 0, 0, "bench", FloatKernels.best().name(), List.of()));
  }
}
