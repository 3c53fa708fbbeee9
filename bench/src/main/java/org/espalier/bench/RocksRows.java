package org.espalier.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Progress;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * Rows of the same sizes in RocksDB as it is at its best: uncompressed, compacted, all in its block
 * cache, no checksums of ours. Lies in a temporary folder, which closing removes. Used by one thread.
 */
final class RocksRows implements AutoCloseable {

  private static final int KEY_BYTES = 11; // as in the store: generation, table, part, token
  private static final int PROGRESS_ROWS = 1 << 16;

  private final Path folder;
  private final LRUCache cache;
  private final Options options;
  private final ReadOptions reads;
  private final RocksDB rocks;

  private RocksRows(Path folder, LRUCache cache, Options options, RocksDB rocks) {
    this.folder = folder;
    this.cache = cache;
    this.options = options;
    this.reads = new ReadOptions();
    this.rocks = rocks;
  }

  /** Writes a row a token, four bytes a value, and reads all of it into the cache. */
  static RocksRows fill(int[] sizes, Progress progress) {
    long bytes = 0;
    for (int size : sizes) {
      bytes += 64 + 4L * size;
    }
    try {
      RocksDB.loadLibrary();
      Path folder = Files.createTempDirectory("espalier-bench");
      LRUCache cache = new LRUCache(2 * bytes + (64 << 20));
      BlockBasedTableConfig blocks = new BlockBasedTableConfig().setBlockCache(cache);
      Options options =
          new Options()
              .setCreateIfMissing(true)
              .setCompressionType(CompressionType.NO_COMPRESSION)
              .setTableFormatConfig(blocks);
      RocksRows rows =
          new RocksRows(folder, cache, options, RocksDB.open(options, folder.toString()));
      rows.write(sizes, progress);
      return rows;
    } catch (IOException | RocksDBException e) {
      throw new CommandException(
          "cannot fill RocksDB in the temporary folder: " + e.getMessage(), e);
    }
  }

  private void write(int[] sizes, Progress progress) throws RocksDBException {
    try (WriteOptions withoutLog = new WriteOptions().setDisableWAL(true)) {
      for (int token = 0; token < sizes.length; token++) {
        rocks.put(withoutLog, key(token), new byte[7 + 4 * sizes[token]]);
        if ((token + 1) % PROGRESS_ROWS == 0) {
          progress.step(PROGRESS_ROWS);
        }
      }
    }
    rocks.compactRange();
    try (var all = rocks.newIterator(reads)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        all.value();
      }
      all.status();
    }
  }

  /** Looks rows up together, as their owner's bytes. */
  List<byte[]> multiGet(int[] tokens) {
    List<byte[]> keys = new ArrayList<>(tokens.length);
    for (int token : tokens) {
      keys.add(key(token));
    }
    try {
      return rocks.multiGetAsList(reads, keys);
    } catch (RocksDBException e) {
      throw new CommandException("RocksDB: " + e.getMessage(), e);
    }
  }

  private static byte[] key(int token) {
    return ByteBuffer.allocate(KEY_BYTES)
        .putInt(1)
        .putShort((short) 0)
        .put((byte) 1)
        .putInt(token)
        .array();
  }

  @Override
  public void close() {
    rocks.close();
    reads.close();
    options.close();
    cache.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CommandException("cannot remove " + folder + ": " + e.getMessage(), e);
    }
  }
}
