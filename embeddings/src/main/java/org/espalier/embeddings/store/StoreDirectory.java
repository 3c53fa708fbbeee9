package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
 * FORMAT    one line, "espalier-store 1": what this is and the version of its layout; named
 *           FORMAT.tmp until the first open has come to its end
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
  private static final String UNFINISHED_FORMAT_FILE = "FORMAT.tmp";
  private static final String DATABASE = "db";
  private static final String STAGING = "staging";

  private final Path root;
  private final boolean isNew;

  private StoreDirectory(Path root, boolean isNew) {
    this.root = root;
    this.isNew = isNew;
  }

  /** Checks what is there, and prepares an empty or missing directory. */
  static StoreDirectory prepare(Path root, long freeBytesMin, Disk disk) {
    return translating(
        root,
        () -> {
          if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new StoreException(
                Kind.NOT_A_STORE, root + " is a file; give a directory for the store");
          }
          Files.createDirectories(root);
          requireFreeSpace(root, freeBytesMin, disk);
          if (Files.exists(root.resolve(FORMAT_FILE))) {
            checkFormat(root);
            checkDatabase(root);
            return new StoreDirectory(root, false);
          }
          beginCreation(root);
          return new StoreDirectory(root, true);
        });
  }

  /**
   * Prepares a directory for a copy of a store, which is nobody's store before {@link #finishCopy}.
   *
   * @throws StoreException NOT_A_STORE when anything is there
   */
  static StoreDirectory prepareEmpty(Path root) {
    return translating(
        root,
        () -> {
          Files.createDirectories(root);
          requireEmpty(root);
          return new StoreDirectory(root, false);
        });
  }

  static boolean isStore(Path root) {
    return Files.exists(root.resolve(FORMAT_FILE));
  }

  /** The copy is complete. */
  void finishCopy() {
    translating(
        root,
        () -> {
          writeFormat(root.resolve(UNFINISHED_FORMAT_FILE));
          return root;
        });
    finishCreation();
  }

  /** From here on the database must be there: its absence is damage, and none is created. */
  void finishCreation() {
    translating(
        root,
        () ->
            Files.move(
                root.resolve(UNFINISHED_FORMAT_FILE),
                root.resolve(FORMAT_FILE),
                StandardCopyOption.ATOMIC_MOVE));
  }

  /**
   * @throws StoreException DISK_FULL when less than {@code freeBytesMin} is left
   */
  static void requireFreeSpace(Path root, long freeBytesMin, Disk disk) {
    long free = disk.freeBytes();
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
    return root.resolve(DATABASE);
  }

  Path staging() {
    return root.resolve(STAGING);
  }

  /** Whether no open has ever come to its end here, so that nothing can be lost. */
  boolean isNew() {
    return isNew;
  }

  private static void checkFormat(Path root) throws IOException {
    Path file = root.resolve(FORMAT_FILE);
    checkFormat(root.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
  }

  /**
   * @param what has this format, for the message
   * @throws StoreException DAMAGED for what is no format line, NEWER_FORMAT
   */
  static void checkFormat(String what, String formatLine) {
    Matcher line = FORMAT_LINE.matcher(formatLine);
    if (!line.matches()) {
      throw new StoreException(
          Kind.DAMAGED,
          "the %s of %s does not name a store's format; restore it from a backup"
              .formatted(FORMAT_FILE, what));
    }
    int found = Integer.parseInt(line.group(1));
    if (found > FORMAT_VERSION) {
      throw new StoreException(
          Kind.NEWER_FORMAT,
          "%s has format %d, this version reads up to %d; open it with a newer Espalier"
              .formatted(what, found, FORMAT_VERSION));
    }
  }

  static String formatLine() {
    return "espalier-store " + FORMAT_VERSION + "\n";
  }

  /** RocksDB misses its CURRENT, but not its newest log, without which it opens and has lost it. */
  private static void checkDatabase(Path root) throws IOException {
    Path database = root.resolve(DATABASE);
    boolean complete = Files.exists(database.resolve("CURRENT"));
    if (complete) {
      try (Stream<Path> files = Files.list(database)) {
        complete = files.anyMatch(file -> file.toString().endsWith(".log"));
      }
    }
    if (!complete) {
      throw new StoreException(
          Kind.DAMAGED, database + " lacks its CURRENT or its log; restore it from a backup");
    }
  }

  private static void beginCreation(Path root) throws IOException {
    Path unfinished = root.resolve(UNFINISHED_FORMAT_FILE);
    if (!Files.exists(unfinished)) {
      requireEmpty(root);
      writeFormat(unfinished);
    }
    Files.createDirectories(root.resolve(DATABASE));
  }

  private static void writeFormat(Path file) throws IOException {
    Files.writeString(file, formatLine());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
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

  private interface FileWork<R> {
    R run() throws IOException;
  }

  private static <R> R translating(Path root, FileWork<R> work) {
    try {
      return work.run();
    } catch (AccessDeniedException e) {
      throw new StoreException(
          Kind.NO_PERMISSION,
          "cannot open %s: permission denied on %s; run as the directory's owner"
              .formatted(root, e.getFile()),
          e);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot open %s: %s".formatted(root, e), e);
    }
  }
}
