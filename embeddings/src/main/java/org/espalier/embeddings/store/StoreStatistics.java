package org.espalier.embeddings.store;

import java.util.Map;
import java.util.TreeMap;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/**
 * How the disk tier is doing, for metrics. Counters start at 0 when the store is opened.
 *
 * @param tableBytesByFamily bytes of the table files that are in use
 * @param memtableBytes memory for what is not yet in table files
 * @param blockCacheBytes memory of blocks read from disk
 * @param blockCacheHits reads of a block that found it in memory
 * @param blockCacheMisses reads of a block that went to the disk
 * @param stallMicros time that writes were held back because flush or compaction did not keep up
 * @param compactionBytesPending estimate of what compaction has still to rewrite
 * @param logSyncs fsyncs of the write-ahead log
 */
public record StoreStatistics(
    Map<String, Long> tableBytesByFamily,
    long memtableBytes,
    long blockCacheBytes,
    long blockCacheHits,
    long blockCacheMisses,
    long stallMicros,
    long compactionBytesPending,
    long logSyncs) {

  static StoreStatistics of(
      RocksDB rocks, Map<Family, ColumnFamilyHandle> handles, Statistics counters)
      throws RocksDBException {
    Map<String, Long> tableBytes = new TreeMap<>();
    for (Map.Entry<Family, ColumnFamilyHandle> family : handles.entrySet()) {
      tableBytes.put(
          family.getKey().familyName(),
          rocks.getLongProperty(family.getValue(), "rocksdb.live-sst-files-size"));
    }
    return new StoreStatistics(
        tableBytes,
        rocks.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"),
        rocks.getLongProperty("rocksdb.block-cache-usage"),
        counters.getTickerCount(TickerType.BLOCK_CACHE_HIT),
        counters.getTickerCount(TickerType.BLOCK_CACHE_MISS),
        counters.getTickerCount(TickerType.STALL_MICROS),
        rocks.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes"),
        counters.getTickerCount(TickerType.WAL_FILE_SYNCED));
  }
}
