package org.espalier.learning;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the data folders that are never part of the project: by the environment variable {@code
 * ESPALIER_DATA}, or as {@code shared/data} beside the checkout or above it.
 */
public final class SharedData {

  private SharedData() {}

  /** A folder, or the calling test is skipped with a message. */
  public static Path folderOrSkip(String name) {
    Optional<Path> folder = find(name);
    Assumptions.assumeTrue(
        folder.isPresent(),
        () -> "no data folder " + name + ": set ESPALIER_DATA to the folder that has it");
    return folder.orElseThrow();
  }

  private static Optional<Path> find(String name) {
    String configured = System.getenv("ESPALIER_DATA");
    if (configured != null) {
      return Optional.of(Path.of(configured, name)).filter(Files::isDirectory);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path folder = at.resolve("shared").resolve("data").resolve(name);
      if (Files.isDirectory(folder)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }
}
