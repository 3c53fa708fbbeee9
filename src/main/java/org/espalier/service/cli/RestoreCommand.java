package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.upkeep.BackupSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a data folder of a backup. */
@Command(
    name = "restore",
    description = {
      "Makes a data folder of a backup, for ./espalier serve --data-dir. Checksums are compared, and nothing is left behind"
          + " that could be taken for a data folder when they differ.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier restore --from /mnt/backups --data-dir /var/lib/espalier",
      "  ./espalier restore --from /mnt/backups --number 12 --data-dir yesterday"
    })
final class RestoreCommand implements Callable<Integer> {

  @Mixin private @Nullable BackupChoice choice;

  @Option(
      names = "--data-dir",
      defaultValue = "${env:ESPALIER_DATA_DIR:-espalier-data}",
      paramLabel = "DIR",
      description = "The data folder to make; without data (default: ${DEFAULT-VALUE}).")
  private Path dataDir = Path.of("espalier-data");

  @Option(
      names = "--without-database",
      description = "Leave out jobs, keys and the audit log, even when the backup has them.")
  private boolean withoutDatabase;

  @Option(
      names = "--first-start",
      description =
          "Do nothing, and succeed, when the data folder has a store already or there is no backup yet: for a start script.")
  private boolean firstStart;

  @Mixin private @Nullable JsonResult result;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    BackupChoice chosen = Objects.requireNonNull(choice);
    if (!chosen.isGiven()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "name the folder of the backups with --from or ESPALIER_BACKUPS_FOLDER");
    }
    if (firstStart && Store.isAt(EspalierProperties.storeDir(dataDir))) {
      print(Map.of("restored", false), dataDir + " has data; nothing is restored\n");
      return ExitCode.OK;
    }
    BackupSet backups = chosen.set();
    if (firstStart && backups.list().isEmpty()) {
      print(Map.of("restored", false), "there is no backup yet; nothing is restored\n");
      return ExitCode.OK;
    }
    long startNs = System.nanoTime();
    try (Progress progress = Console.ofProcess().progress("Restoring", 1)) {
      BackupSet.Restored restored =
          backups.restore(chosen.number(), dataDir, !withoutDatabase, StoreOptions.defaults());
      progress.step(1);
      print(restored, (System.nanoTime() - startNs) * 1e-9);
    }
    return ExitCode.OK;
  }

  private void print(BackupSet.Restored restored, double seconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("restored", true);
    fields.put("number", restored.backup().number());
    fields.put("bytes", restored.backup().bytes());
    fields.put("has_database", restored.hasDatabase());
    fields.put("seconds", seconds);
    print(
        fields,
        "backup %d of %s is in %s, %s the control plane's database; %.1f MB in %.1f s%n"
            .formatted(
                restored.backup().number(),
                restored.backup().created(),
                dataDir,
                restored.hasDatabase() ? "with" : "without",
                restored.backup().bytes() * 1e-6,
                seconds));
  }

  private void print(Map<String, Object> fields, String text) {
    Objects.requireNonNull(result).print(fields, text);
  }
}
