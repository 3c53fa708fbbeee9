package org.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Backups;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.Verification;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Backups of a store of a given size: the first, the next, a restore, and reading what was restored. */
@Command(
    name = "restore",
    description = {
      "Fills a store in the temporary folder with generations of random rows, and times a backup, a second one after a few"
          + " events, a restore of it, and reading all that was restored. Takes four times the size on the disk.",
      ""
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {

  private static final int DIM = 64;
  private static final int ROWS = 250_000; // 64 MB a generation

  @Option(
      names = "--megabytes",
      defaultValue = "1000",
      description = "Bytes of the store's rows, in millions (default: ${DEFAULT-VALUE}).")
  private int megabytes;

  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (megabytes < 1 || megabytes > 100_000) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--megabytes must be 1 to 100000");
    }
    Path folder = Files.createTempDirectory("espalier-bench");
    try (Progress progress = Console.ofProcess().progress("Backing up and restoring", 5)) {
      measure(folder, progress);
    } finally {
      FileSystemUtils.deleteRecursively(folder);
    }
    return ExitCode.OK;
  }

  private void measure(Path folder, Progress progress) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    Backups backups = Backups.in(folder.resolve("backups"));
    try (Store store = Store.open(folder.resolve("store"), StoreOptions.defaults())) {
      fill(store);
      progress.step(1);
      long startNs = System.nanoTime();
      Backup first = store.backup(backups);
      fields.put("store_bytes", first.bytes());
      fields.put("backup_s", seconds(startNs));
      progress.step(1);
      store.append(List.of(new Event("later", "click", "u", "i", 1, 1, null, null)));
      startNs = System.nanoTime();
      Backup _ = store.backup(backups);
      fields.put("next_backup_s", seconds(startNs));
      progress.step(1);
    }
    Path restored = folder.resolve("restored");
    long startNs = System.nanoTime();
    Backup _ = backups.restore(OptionalInt.empty(), restored, StoreOptions.defaults());
    fields.put("restore_s", seconds(startNs));
    progress.step(1);
    startNs = System.nanoTime();
    try (Store store = Store.open(restored, StoreOptions.defaults())) {
      Verification found = store.verify();
      fields.put("verify_s", seconds(startNs));
      fields.put("sound", found.sound());
    }
    progress.step(1);
    Objects.requireNonNull(result).print(fields);
  }

  private void fill(Store store) {
    SplittableRandom random = new SplittableRandom(1);
    float[] row = new float[DIM];
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", DIM).sizes(new int[] {DIM});
    for (int token = 0; token < ROWS; token++) {
      SampleTable.gaussians(random, row);
      builder.add(token, row, 0, DIM);
    }
    MultiSizeTable table = builder.build();
    long generationBytes = table.shape().payloadBytes();
    for (long bytes = 0; bytes < megabytes * 1_000_000L; bytes += generationBytes) {
      try (GenerationWriter writer = store.generations().begin()) {
        writer
            .table(table)
            .commit(
                new ManifestDraft(
                    Instant.EPOCH,
                    "random",
                    DIM,
                    Map.of(),
                    Map.of(),
                    new Provenance(1, 0, 0, "bench", "none", List.of())));
      }
    }
  }

  private static double seconds(long sinceNs) {
    return (System.nanoTime() - sinceNs) * 1e-9;
  }
}
