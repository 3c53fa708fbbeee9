package org.espalier.embeddings.store;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * RocksDB's settings, chosen once for all families: one block cache and one write-buffer budget for
 * the process, so that memory has one figure.
 */
final class RocksOptions {

  /** About 1% false positives; idempotency keys and histories miss most of the time. */
  private static final double BLOOM_BITS_PER_KEY = 10;

  /** An open after a crash replays about this much at most, a second or two of work. */
  private static final long WAL_BYTES_MAX = 64L << 20;

  /** Every table file is rewritten this often, so that what was erased leaves the disk. */
  private static final long REWRITE_SECONDS = 7L * 24 * 3600;

  /**
   * Of one family's table in memory. Most keys come in no order, and an insert into a larger table costs more cache misses:
   * an event took a third less of the committer's time with 8 MB than with 32 MB.
   */
  private static final long TABLE_BYTES_MAX = 8L << 20;

  private static final int BULK_BLOCK_BYTES = 32 << 10;

  private final Resources owned;
  private final StoreOptions options;
  private final Cache cache;
  private final BloomFilter bloom;

  RocksOptions(Resources owned, StoreOptions options) {
    this.owned = owned;
    this.options = options;
    this.cache = owned.own(new LRUCache(options.blockCacheBytes()));
    this.bloom = owned.own(new BloomFilter(BLOOM_BITS_PER_KEY));
  }

  DBOptions database(boolean createIfMissing) {
    // RocksDB's Java API has no setter for this one: a log file that vanished is damage, not a
    // tail.
    Properties properties = new Properties();
    properties.setProperty("track_and_verify_wals_in_manifest", "true");
    return owned
        .own(DBOptions.getDBOptionsFromProps(properties))
        .setCreateIfMissing(createIfMissing)
        .setCreateMissingColumnFamilies(true) // a crash may have ended the first open half-way
        .setWriteBufferManager(owned.own(new WriteBufferManager(options.writeBufferBytes(), cache)))
        // A torn last record is an unacknowledged write and is dropped; damage before it is
        // refused.
        // Point-in-time recovery would drop everything after the damage, acknowledged or not.
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setMaxTotalWalSize(WAL_BYTES_MAX)
        .setMaxBackgroundJobs(2)
        .setBytesPerSync(1 << 20) // spreads write-back, so that a group's fsync stays short
        .setMaxLogFileSize(4 << 20)
        .setKeepLogFileNum(3)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setStatsDumpPeriodSec(0);
  }

  ColumnFamilyOptions family(Family family) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setFilterPolicy(bloom)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    ColumnFamilyOptions familyOptions =
        owned
            .own(new ColumnFamilyOptions())
            .setWriteBufferSize(Math.min(TABLE_BYTES_MAX, options.writeBufferBytes() / 2))
            .setPeriodicCompactionSeconds(REWRITE_SECONDS)
            .setCompressionType(CompressionType.LZ4_COMPRESSION);
    switch (family.shape()) {
      case SMALL -> {}
      case LOG -> {
        table.setBlockSize(16 << 10);
        familyOptions.setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION);
      }
      case LOOKUP ->
          familyOptions.setMemtableWholeKeyFiltering(true).setMemtablePrefixBloomSizeRatio(0.05);
      case PREFIXED -> {
        table.setWholeKeyFiltering(false);
        familyOptions
            .useFixedLengthPrefixExtractor(Integer.BYTES)
            .setMemtablePrefixBloomSizeRatio(0.05);
      }
      case BULK -> {
        table.setBlockSize(BULK_BLOCK_BYTES).setFilterPolicy(null);
        familyOptions.setCompressionType(CompressionType.NO_COMPRESSION);
      }
    }
    return familyOptions.setTableFormatConfig(table);
  }

  /** The settings of a table file that is written for a family of shape BULK. */
  static Options bulkTableFile(Resources owned) {
    return owned
        .own(new Options())
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setTableFormatConfig(new BlockBasedTableConfig().setBlockSize(BULK_BLOCK_BYTES));
  }
}
