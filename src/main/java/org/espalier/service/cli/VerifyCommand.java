package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.Verification;
import org.espalier.embeddings.store.VerificationListener;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.EspalierProperties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads everything and compares it with its checksums. */
@Command(
    name = "verify",
    description = {
      "Reads everything that a stopped service has stored, or a backup has, and compares it with its checksums and with each"
          + " other. A backup is restored into a scratch folder for that.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all is as it was written", "1:something is not", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier verify --data-dir /var/lib/espalier",
      "  ./espalier verify --from /mnt/backups --number 12 --json"
    })
final class VerifyCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      defaultValue = "${env:ESPALIER_DATA_DIR:-espalier-data}",
      paramLabel = "DIR",
      description = "The service's data folder (default: ${DEFAULT-VALUE}).")
  private Path dataDir = Path.of("espalier-data");

  @Mixin private @Nullable BackupChoice choice;

  @Option(
      names = "--scratch",
      defaultValue = "${sys:java.io.tmpdir}",
      paramLabel = "DIR",
      description = "Where a backup is restored to (default: ${DEFAULT-VALUE}).")
  private Path scratch = Path.of("");

  @Mixin private @Nullable JsonResult result;

  @Override
  public Integer call() {
    BackupChoice backup = Objects.requireNonNull(choice);
    Verification found;
    String what;
    try (Progress progress = Console.ofProcess().progress("Reading everything", 0)) {
      VerificationListener listener = rowsTo(progress);
      if (backup.isGiven()) {
        var proof = backup.set().prove(backup.number(), scratch, StoreOptions.defaults(), listener);
        what = "backup " + proof.restored().backup().number();
        found = proof.store();
      } else {
        what = dataDir.toString();
        found = store(listener);
      }
    }
    print(what, found);
    return found.sound() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static VerificationListener rowsTo(Progress progress) {
    AtomicLong shown = new AtomicLong();
    return (rows, rowsTotal) -> {
      progress.total(rowsTotal);
      progress.step(rows - shown.getAndSet(rows));
    };
  }

  private Verification store(VerificationListener listener) {
    Path store = EspalierProperties.storeDir(dataDir);
    if (!Store.isAt(store)) {
      throw new CommandException(dataDir + " is no data folder; name one with --data-dir");
    }
    try (Store opened = Store.open(store, StoreOptions.defaults())) {
      return opened.verify(listener);
    }
  }

  private void print(String what, Verification found) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("sound", found.sound());
    fields.put("rows", new TreeMap<>(found.rows()));
    fields.put("problem_count", found.problemCount());
    fields.put("problems", found.problems());
    long rows = found.rows().values().stream().mapToLong(Long::longValue).sum();
    StringBuilder text = new StringBuilder();
    if (found.sound()) {
      text.append("%s: %,d rows, all as they were written%n".formatted(what, rows));
    } else {
      text.append(
          "%s: %,d rows, %,d problems; restore it from a backup%n"
              .formatted(what, rows, found.problemCount()));
      found
          .problems()
          .forEach(problem ->
              text.append(
                  "  %s at %s: %s%n".formatted(problem.family(), problem.key(), problem.what())));
    }
    Objects.requireNonNull(result).print(fields, text.toString());
  }
}
