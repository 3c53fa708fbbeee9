package org.espalier.embeddings.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.StoreException.Kind;
import org.rocksdb.EnvOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/**
 * Writes the rows of one generation, in the order of their keys, to table files in a directory of
 * their own, which {@link #close} removes with what is left in it. Used by one thread.
 */
final class TableFiles implements AutoCloseable {

  /** RocksDB's own files have this size too; the index of a file is held in memory until its end. */
  private static final long FILE_BYTES_MAX = 64L << 20;

  private final Path directory;
  private final Disk disk;
  private final Runnable requireFreeSpace;
  private final Resources owned = new Resources();
  private final SstFileWriter writer;
  private final List<Path> files = new ArrayList<>();
  private boolean inFile;
  private long fileBytes;

  /**
   * @param requireFreeSpace called before every file
   */
  TableFiles(Path directory, Disk disk, Runnable requireFreeSpace) {
    this.directory = directory;
    this.disk = disk;
    this.requireFreeSpace = requireFreeSpace;
    this.writer =
        owned.own(
            new SstFileWriter(owned.own(new EnvOptions()), RocksOptions.bulkTableFile(owned)));
  }

  /** Adds a row; both buffers are direct, and are read from their position to their limit. */
  void put(ByteBuffer key, ByteBuffer value) {
    try {
      if (!inFile) {
        begin();
      }
      fileBytes += key.remaining() + value.remaining();
      writer.put(key, value);
      if (fileBytes >= FILE_BYTES_MAX) {
        end();
      }
    } catch (RocksDBException e) {
      throw RocksErrors.translate("write to", directory, e);
    }
  }

  /** All files, complete and synced. */
  List<Path> finish() {
    try {
      if (inFile) {
        end();
      }
      return List.copyOf(files);
    } catch (RocksDBException e) {
      throw RocksErrors.translate("write to", directory, e);
    }
  }

  private void begin() throws RocksDBException {
    requireFreeSpace.run();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot write to " + directory + ": " + e, e);
    }
    Path file = directory.resolve(files.size() + ".sst");
    disk.createTableFile(writer, file);
    files.add(file);
    inFile = true;
    fileBytes = 0;
  }

  private void end() throws RocksDBException {
    disk.finishTableFile(writer);
    inFile = false;
  }

  @Override
  public void close() {
    owned.close();
    remove(directory);
  }

  /** Removes a directory of table files, if it is there, and returns how many files it held. */
  static int remove(Path directory) {
    if (!Files.exists(directory)) {
      return 0;
    }
    try {
      List<Path> left;
      try (var entries = Files.list(directory)) {
        left = entries.toList();
      }
      for (Path file : left) {
        Files.delete(file);
      }
      Files.delete(directory);
      return left.size();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }
}
