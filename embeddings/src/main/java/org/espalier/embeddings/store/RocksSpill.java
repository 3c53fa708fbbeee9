package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SpillTier;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/**
 * Spilled rows in a RocksDB of their own, read through its cache. It is scratch: nothing is logged or
 * synced, opening begins with an empty one, and closing removes it. A database of its own and not a
 * family of the store's, so that neither backups nor {@code verify} nor the format of the store know of
 * what lives only as long as the process.
 *
 * <p>Key: token (4), big-endian. Value: as in {@link Rows}, checksum included.
 */
public final class RocksSpill implements SpillTier {

  /** A quarter of the cache's bytes may be rows that are not in table files yet. */
  private static final int WRITE_BUFFER_SHARE = 4;

  private static final long CACHE_BYTES_MIN = 4L << 20;
  private static final double BLOOM_BITS_PER_KEY = 10;
  private static final int BLOCK_BYTES = 8 << 10;
  private static final int READAHEAD_BYTES = 1 << 20;

  private final Path directory;
  private final Lifecycle lifecycle = new Lifecycle();
  private final Resources owned;
  private final RocksDB rocks;
  private final WriteOptions unlogged;
  private final ReadOptions lookups;
  private final ReadOptions scans;

  private RocksSpill(Path directory, Resources owned, RocksDB rocks) {
    this.directory = directory;
    this.owned = owned;
    this.rocks = rocks;
    this.unlogged = owned.own(new WriteOptions()).setDisableWAL(true);
    this.lookups = owned.own(new ReadOptions());
    this.scans = owned.own(new ReadOptions()).setFillCache(false).setReadaheadSize(READAHEAD_BYTES);
  }

  /**
   * Opens an empty tier.
   *
   * @param directory its own; what an earlier tier left there is removed, other files are refused
   * @param cacheBytes memory for blocks and for rows on their way to the disk; at least 4 MiB
   * @throws StoreException LOCKED when another tier uses the directory; NOT_A_STORE; IO
   */
  public static RocksSpill open(Path directory, long cacheBytes) {
    if (cacheBytes < CACHE_BYTES_MIN) {
      throw new IllegalArgumentException(
          "a spill cache of %d bytes; at least %d are needed"
              .formatted(cacheBytes, CACHE_BYTES_MIN));
    }
    Database.loadLibrary();
    Resources owned = new Resources();
    try {
      Options options = options(owned, cacheBytes);
      empty(directory, options);
      return new RocksSpill(
          directory, owned, owned.own(RocksDB.open(options, directory.toString())));
    } catch (RocksDBException e) {
      try (owned) {
        throw RocksErrors.translate("open", directory, e);
      }
    } catch (RuntimeException e) {
      try (owned) {
        throw e;
      }
    }
  }

  private static Options options(Resources owned, long cacheBytes) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(owned.own(new LRUCache(cacheBytes)))
            .setFilterPolicy(owned.own(new BloomFilter(BLOOM_BITS_PER_KEY)))
            .setBlockSize(BLOCK_BYTES);
    return owned
        .own(new Options())
        .setCreateIfMissing(true)
        .setWriteBufferSize(cacheBytes / WRITE_BUFFER_SHARE)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setTableFormatConfig(table);
  }

  private static void empty(Path directory, Options options) throws RocksDBException {
    try {
      Files.createDirectories(directory);
      if (Files.exists(directory.resolve("CURRENT"))) {
        RocksDB.destroyDB(directory.toString(), options);
        Files.createDirectories(directory);
      }
      try (var left = Files.list(directory)) {
        if (left.anyMatch(file -> !file.getFileName().toString().startsWith("LO"))) { // LOG, LOCK
          throw new StoreException(
              Kind.NOT_A_STORE,
              directory + " holds other files; give spilled rows a directory of their own");
        }
      }
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot empty " + directory + ": " + e, e);
    }
  }

  @Override
  public void put(int token, int size, Encoding encoding, byte[] payload) {
    byte[] key = key(token);
    ByteBuffer value =
        ByteBuffer.allocate(Rows.SEAL_BYTES + Rows.ROW_HEAD_BYTES + payload.length)
            .position(Rows.SEAL_BYTES)
            .put(encoding.code())
            .putShort((short) size)
            .put(payload);
    Rows.seal(new Checksum(), ByteBuffer.wrap(key), value.flip());
    call("write to", () -> rocks.put(unlogged, key, value.array()));
  }

  @Override
  public void remove(int token) {
    call("write to", () -> rocks.delete(unlogged, key(token)));
  }

  @Override
  public boolean row(int token, RowVisitor visitor) {
    byte[][] value = new byte[1][];
    byte[] key = key(token);
    call("read", () -> value[0] = rocks.get(lookups, key));
    if (value[0] == null) {
      return false;
    }
    visit(key, value[0], visitor);
    return true;
  }

  @Override
  public void rows(int[] tokens, int count, RowVisitor visitor) {
    List<byte[]> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(key(tokens[i]));
    }
    List<byte[]> values = new ArrayList<>(count);
    call("read", () -> values.addAll(rocks.multiGetAsList(lookups, keys)));
    for (int i = 0; i < count; i++) {
      byte[] value = values.get(i);
      if (value != null) {
        visit(keys.get(i), value, visitor);
      }
    }
  }

  @Override
  public void forEachRow(RowVisitor visitor) {
    call(
        "read",
        () -> {
          try (RocksIterator rows = rocks.newIterator(scans)) { // of one moment: this one
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
              lifecycle.ensureOpen();
              visit(rows.key(), rows.value(), visitor);
            }
            rows.status();
          }
        });
  }

  private static void visit(byte[] key, byte[] value, RowVisitor visitor) {
    ByteBuffer row = ByteBuffer.wrap(value);
    Rows.open(new Checksum(), ByteBuffer.wrap(key), row);
    Encoding encoding = Encoding.ofCode(row.get());
    int size = Short.toUnsignedInt(row.getShort());
    byte[] payload = Formats.bytes(row, row.remaining());
    visitor.row(ByteBuffer.wrap(key).getInt(), size, encoding, payload);
  }

  private static byte[] key(int token) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(token).array();
  }

  private interface Call {
    void run() throws RocksDBException;
  }

  private void call(String doing, Call call) {
    lifecycle.enter();
    try {
      call.run();
    } catch (RocksDBException e) {
      throw RocksErrors.translate(doing, directory, e);
    } finally {
      lifecycle.exit();
    }
  }

  /** Removes the rows from the disk, too; waits for readers inside. */
  @Override
  public void close() {
    lifecycle.close(owned);
    try (Options options = new Options()) {
      RocksDB.destroyDB(directory.toString(), options);
    } catch (RocksDBException e) {
      throw RocksErrors.translate("remove", directory, e);
    }
  }
}
