package org.espalier.service.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.espalier.service.console.CommandException;

/**
 * The data folder of a demonstration: empty at first; a temporary one is deleted at the end, a given one stays. The end
 * of the command and the end of the process may both close it.
 */
final class DemoFolder implements AutoCloseable {

  private final Path path;
  private final boolean temporary;

  private DemoFolder(Path path, boolean temporary) {
    this.path = path;
    this.temporary = temporary;
  }

  /**
   * Makes the folder.
   *
   * @param given empty or missing; a temporary one is made when it is not given
   * @throws CommandException when the given one is in use already
   */
  static DemoFolder open(Optional<Path> given) throws IOException {
    if (given.isEmpty()) {
      return new DemoFolder(Files.createTempDirectory("espalier-demo-"), true);
    }
    Path path = given.get();
    try (Stream<Path> content = Files.exists(path) ? Files.list(path) : Stream.empty()) {
      if (content.findAny().isPresent()) {
        throw new CommandException(
            path + " is not empty: a demonstration starts from nothing; name another folder");
      }
    } catch (NotDirectoryException e) {
      throw new CommandException(path + " is not a folder", e);
    }
    return new DemoFolder(path, false);
  }

  Path path() {
    return path;
  }

  /** What becomes of it, for people. */
  String fate() {
    return temporary ? "deleted at the end" : "kept";
  }

  @Override
  public synchronized void close() {
    if (temporary && Files.exists(path)) {
      try (Stream<Path> content = Files.walk(path)) {
        for (Path each : content.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + path, e);
      }
    }
  }
}
