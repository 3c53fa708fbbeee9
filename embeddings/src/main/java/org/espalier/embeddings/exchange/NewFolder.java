package org.espalier.embeddings.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder that is made whole or not at all: it is filled under another name beside the one wanted,
 * and takes that with {@link #keep}. Closing one that was not kept deletes it.
 */
public final class NewFolder implements AutoCloseable {

  private final Path target;
  private final Path filling;
  private boolean kept;

  private NewFolder(Path target, Path filling) {
    this.target = target;
    this.filling = filling;
  }

  /**
   * Begins a folder.
   *
   * @param target missing or empty
   * @throws ExchangeException when there is something
   */
  public static NewFolder at(Path target) {
    Path whole = target.toAbsolutePath().normalize();
    try {
      if (Files.exists(whole) && !Files.isDirectory(whole)) {
        throw ExchangeException.at(target, "is a file; name a folder");
      }
      if (Files.exists(whole) && !isEmpty(whole)) {
        throw ExchangeException.at(target, "is not empty; name a new folder");
      }
      Path parent = whole.getParent();
      if (parent == null) {
        throw ExchangeException.at(target, "is the root of the file system; name a new folder");
      }
      Files.createDirectories(parent);
      return new NewFolder(
          whole, Files.createTempDirectory(parent, "." + whole.getFileName() + ".unfinished-"));
    } catch (IOException e) {
      throw ExchangeException.of(target, e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  /** Where to write, as long as it is not kept. */
  public Path path() {
    return filling;
  }

  /** The folder is complete, and nothing in it is open. */
  public void keep() {
    try {
      Files.move(filling, target, StandardCopyOption.ATOMIC_MOVE); // also onto an empty folder
      kept = true;
    } catch (IOException e) {
      throw ExchangeException.of(target, e);
    }
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    try (Stream<Path> content = Files.walk(filling)) {
      for (Path each : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + filling, e);
    }
  }
}
