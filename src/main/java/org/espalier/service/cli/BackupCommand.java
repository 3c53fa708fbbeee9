package org.espalier.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Store;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.upkeep.BackupMaker;
import org.espalier.service.upkeep.BackupProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adds a backup of a stopped service to a folder. */
@Command(
    name = "backup",
    description = {
      "Adds a backup of a stopped service to a folder; a running one makes its own with ./espalier admin backup.",
      "Backups of one folder share the files that have not changed. Each is restored into a scratch folder and read from"
          + " end to end, unless --no-verify says otherwise.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier backup --to /mnt/backups",
      "  ./espalier backup --data-dir /var/lib/espalier --keep 30 --json"
    })
final class BackupCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The service's data folder (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "The folder of the backups (default: backups in the data folder).")
  private @Nullable Path to;

  @Option(names = "--keep", description = "How many of the newest backups stay (default: 7).")
  private @Nullable Integer keep;

  @Option(names = "--no-verify", description = "Do not restore it for a proof.")
  private boolean unverified;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the service, as -Dspring.datasource.url=jdbc:postgresql:…")
  private Map<String, String> others = new LinkedHashMap<>();

  @Mixin private @Nullable JsonResult result;

  @Override
  public Integer call() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(others);
    settings.put("spring.main.web-application-type", "none");
    settings.put("logging.threshold.console", "warn");
    if (dataDir != null) {
      settings.put("espalier.data-dir", dataDir.toString());
    }
    if (to != null) {
      settings.put("espalier.backups.folder", to.toString());
    }
    if (keep != null) {
      settings.put("espalier.backups.keep", keep.toString());
    }
    Path from = dataDir == null ? Path.of("espalier-data") : dataDir;
    if (dataDir != null && !Store.isAt(EspalierProperties.storeDir(from))) {
      throw new CommandException(from + " is no data folder; name one with --data-dir");
    }
    try (RunningService service = RunningService.start(settings)) {
      backUp(service);
    }
    return ExitCode.OK;
  }

  private void backUp(RunningService service) throws IOException {
    BackupMaker maker = service.part(BackupMaker.class);
    EspalierProperties properties = service.part(EspalierProperties.class);
    Path scratch = properties.workDir().resolve("backup");
    try (Progress progress = Console.ofProcess().progress("Backing up", unverified ? 2 : 3)) {
      Backup made = maker.make(scratch);
      progress.step(1);
      if (!unverified) {
        progress.note("restoring it for a proof");
        maker.prove(made.number(), scratch);
        progress.step(1);
      }
      maker.backups().keepNewest(service.part(BackupProperties.class).keep());
      progress.step(1);
      print(made, maker.backups().hasDatabase(made.number()));
    } finally {
      if (Files.exists(scratch)) {
        FileSystemUtils.deleteRecursively(scratch);
      }
    }
  }

  private void print(Backup made, boolean hasDatabase) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("number", made.number());
    fields.put("bytes", made.bytes());
    fields.put("has_database", hasDatabase);
    fields.put("verified", !unverified);
    Objects.requireNonNull(result)
        .print(
            fields,
            "backup %d: %.1f MB, %s the control plane's database, %s%n"
                .formatted(
                    made.number(),
                    made.bytes() * 1e-6,
                    hasDatabase ? "with" : "without",
                    unverified ? "not verified" : "verified"));
  }
}
