package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import org.espalier.service.upkeep.BackupSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which backup of which folder. */
final class BackupChoice {

  @Option(
      names = "--from",
      defaultValue = "${env:ESPALIER_BACKUPS_FOLDER}",
      paramLabel = "DIR",
      description = "The folder of the backups (default: $ESPALIER_BACKUPS_FOLDER).")
  private @Nullable Path from;

  @Option(names = "--number", description = "The backup's number (default: the newest).")
  private @Nullable Integer number;

  boolean isGiven() {
    return from != null && !from.toString().isEmpty();
  }

  /** The folder, if it is given. */
  BackupSet set() {
    return BackupSet.in(Objects.requireNonNull(from));
  }

  /** Empty for the newest. */
  OptionalInt number() {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }
}
