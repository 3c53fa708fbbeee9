package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;

/**
 * A store's directory on disk:
 *
 * <pre>
 * FORMAT    one line, "espalier-store 1": what this is and the version of its layout
 * db/       RocksDB's files
 * staging/  table files of generations that are being written; its content is disposable
 * </pre>
 *
 * The format is read before RocksDB touches anything, so that a newer store is refused untouched.
 */
final class StoreDirectory {

  /** Version of the layout and of all key formats; values carry versions of their own. */
  static final int FORMAT_VERSION = 1;

  private static final Pattern FORMAT_LINE = Pattern.compile("espalier-store (\\d{1,9})\\n?");
  private static final String FORMAT_FILE = "FORMAT";

  private final Path root;
  private final boolean isNew;

  private StoreDirectory(Path root, boolean isNew) {
    this.root = root;
    this.isNew = isNew;
  }

  /** Checks what is there, and prepares an empty or missing directory. */
  static StoreDirectory prepare(Path root, long freeBytesMin, Disk disk) {
    try {
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new StoreException(
            Kind.NOT_A_STORE, root + " is a file; give a directory for the store");
      }
      Files.createDirectories(root);
      requireFreeSpace(root, freeBytesMin, disk);
      checkFormat(root);
      Path database = Files.createDirectories(root.resolve("db"));
      return new StoreDirectory(root, !holdsDatabase(database));
    } catch (AccessDeniedException e) {
      throw new StoreException(
          Kind.NO_PERMISSION,
          "cannot open %s: permission denied on %s; run as the directory's owner"
              .formatted(root, e.getFile()),
          e);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot open %s: %s".formatted(root, e.getMessage()), e);
    }
  }

  /**
   * @throws StoreException DISK_FULL when less than {@code freeBytesMin} is left
   */
  static void requireFreeSpace(Path root, long freeBytesMin, Disk disk) {
    long free = disk.freeBytes(root);
    if (free < freeBytesMin) {
      throw new StoreException(
          Kind.DISK_FULL,
          "the disk of %s has %d MiB free, under the limit of %d MiB; free some space"
              .formatted(root, free >> 20, freeBytesMin >> 20));
    }
  }

  Path root() {
    return root;
  }

  Path database() {
    return root.resolve("db");
  }

  /** Whether no database was ever finished here, so that one may be created. */
  boolean isNew() {
    return isNew;
  }

  private static void checkFormat(Path root) throws IOException {
    Path file = root.resolve(FORMAT_FILE);
    if (!Files.exists(file)) {
      requireEmpty(root);
      writeFormat(root, file);
      return;
    }
    Matcher line = FORMAT_LINE.matcher(Files.readString(file));
    if (!line.matches()) {
      throw new StoreException(
          Kind.DAMAGED, file + " does not name a store's format; restore it from a backup");
    }
    int found = Integer.parseInt(line.group(1));
    if (found > FORMAT_VERSION) {
      throw new StoreException(
          Kind.NEWER_FORMAT,
          "%s has format %d, this version reads up to %d; open it with a newer Espalier"
              .formatted(root, found, FORMAT_VERSION));
    }
  }

  private static void requireEmpty(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      // The root of a mounted file system is as good as empty.
      if (entries.anyMatch(entry -> !entry.endsWith("lost+found"))) {
        throw new StoreException(
            Kind.NOT_A_STORE,
            "%s holds other files and no %s file; give an empty directory or a store"
                .formatted(root, FORMAT_FILE));
      }
    }
  }

  private static void writeFormat(Path root, Path file) throws IOException {
    Path temporary = root.resolve(FORMAT_FILE + ".tmp");
    Files.writeString(temporary, "espalier-store " + FORMAT_VERSION + "\n");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** RocksDB makes logs and table files only after CURRENT, so their presence without it is damage. */
  private static boolean holdsDatabase(Path database) throws IOException {
    try (Stream<Path> files = Files.list(database)) {
      return files
          .map(file -> file.getFileName().toString())
          .anyMatch(
              name -> name.equals("CURRENT") || name.endsWith(".sst") || name.endsWith(".log"));
    }
  }
}
