package org.espalier.search.job;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * What finished phases left in a work folder, one file a phase: written aside, synced, then moved, so that a file
 * is whole or not there. A search holds its folder's lock from {@link #open} to {@link #close}.
 *
 * <p>A file is: magic, version, the search's fingerprint, seconds, the payload, CRC-32C of all that; big-endian.
 */
final class Checkpoints implements AutoCloseable {

  private static final int MAGIC = 0x45535043; // "ESPC"
  private static final int VERSION = 2;
  private static final String LOCK = "lock";
  private static final String SUFFIX = ".checkpoint";
  private static final String TEMPORARY = ".part";

  /** Writes and reads one phase's result. */
  interface Codec<T> {
    void write(T value, DataOutputStream out) throws IOException;

    T read(DataInputStream in) throws IOException;
  }

  /** A phase's result and how long the phase took. */
  record Saved<T>(T value, double seconds) {}

  private final Path folder;
  private final String fingerprint;
  private final FileChannel lockFile;

  private Checkpoints(Path folder, String fingerprint, FileChannel lockFile) {
    this.folder = folder;
    this.fingerprint = fingerprint;
    this.lockFile = lockFile;
  }

  /**
   * Opens a work folder, and makes it where there is none.
   *
   * @throws SearchException when another process searches in it, or it is not a work folder
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  static Checkpoints open(Path folder, String fingerprint) {
    try {
      Files.createDirectories(folder);
      requireOurs(folder);
      FileChannel lockFile =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(lockFile).isEmpty()) {
        lockFile.close();
        throw new SearchException("another search is at work in " + folder + "; wait for its end");
      }
      return new Checkpoints(folder, fingerprint, lockFile);
    } catch (IOException e) {
      throw new SearchException("cannot use the work folder " + folder + ": " + e, e);
    }
  }

  /**
   * What a phase left; empty when it was not finished.
   *
   * @throws SearchException when the file is damaged or of another search
   */
  <T> Optional<Saved<T>> load(SearchPhase phase, Codec<T> codec) {
    Path file = file(phase);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    requireWhole(file); // first, so that no damaged length is believed
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw damaged(file, "it is of another version");
      }
      String of = in.readUTF();
      if (!of.equals(fingerprint)) {
        throw new SearchException(
            "%s holds an unfinished search with other settings (%s); run it to its end, or delete the folder"
                .formatted(folder, of));
      }
      double seconds = in.readDouble();
      return Optional.of(new Saved<>(codec.read(in), seconds));
    } catch (IOException e) {
      throw damaged(file, e.toString());
    }
  }

  /** Keeps what a phase gave. */
  <T> void save(SearchPhase phase, Codec<T> codec, T value, double seconds) {
    Path file = file(phase);
    Path part = folder.resolve(phase.name() + TEMPORARY);
    try {
      CRC32C sum = new CRC32C();
      try (FileChannel channel =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          OutputStream raw = new BufferedOutputStream(Channels.newOutputStream(channel));
          DataOutputStream out = new DataOutputStream(new CheckedOutputStream(raw, sum))) {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(fingerprint);
        out.writeDouble(seconds);
        codec.write(value, out);
        out.writeLong(sum.getValue());
        out.flush();
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new SearchException("cannot write to the work folder " + folder + ": " + e, e);
    }
  }

  /** Whether no phase was finished, in this run or an earlier one. */
  boolean isEmpty() {
    return Arrays.stream(SearchPhase.values()).noneMatch(phase -> Files.exists(file(phase)));
  }

  /** Removes everything of the search; the folder too when nothing else is in it. */
  void delete() {
    try {
      for (SearchPhase phase : SearchPhase.values()) {
        Files.deleteIfExists(file(phase));
        Files.deleteIfExists(folder.resolve(phase.name() + TEMPORARY));
      }
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear the work folder " + folder, e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close(); // which releases the lock
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<FileLock> lock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException _) {
      return Optional.empty(); // another search of this process
    }
  }

  private static void requireOurs(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      Optional<Path> foreign = files.filter(file -> !isOurs(file)).findFirst();
      if (foreign.isPresent()) {
        throw new SearchException(
            "%s holds %s, which is of no search; name an empty folder"
                .formatted(folder, foreign.get().getFileName()));
      }
    }
  }

  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return name.equals(LOCK) || name.endsWith(SUFFIX) || name.endsWith(TEMPORARY);
  }

  private static void requireWhole(Path file) {
    CRC32C sum = new CRC32C();
    try (CheckedInputStream in =
        new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), sum)) {
      long payload = Files.size(file) - Long.BYTES;
      in.skipNBytes(Math.max(0, payload));
      long expected = sum.getValue();
      if (payload < 0 || new DataInputStream(in).readLong() != expected) {
        throw damaged(file, "its checksum is wrong");
      }
    } catch (IOException e) {
      throw damaged(file, e.toString());
    }
  }

  private Path file(SearchPhase phase) {
    return folder.resolve(phase.name() + SUFFIX);
  }

  private static SearchException damaged(Path file, String why) {
    return new SearchException(
        "%s is damaged: %s; delete it to repeat from there".formatted(file, why));
  }
}
