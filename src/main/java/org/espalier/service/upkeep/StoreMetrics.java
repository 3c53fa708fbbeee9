package org.espalier.service.upkeep;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreStatistics;
import org.springframework.stereotype.Component;

/** How the disk tier is doing. RocksDB is asked at most once a second, however many meters look. */
@Component
final class StoreMetrics implements MeterBinder {

  private static final long FRESH_NS = TimeUnit.SECONDS.toNanos(1);
  private static final double MICROS = 1e6;

  private final Store store;
  private StoreStatistics known; // guarded by this
  private long knownNs; // guarded by this

  StoreMetrics(Store store) {
    this.store = store;
    this.known = store.statistics();
    this.knownNs = System.nanoTime();
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    bytes(
        meters,
        "tables",
        now -> now.tableBytesByFamily().values().stream().mapToLong(b -> b).sum());
    bytes(meters, "memtables", StoreStatistics::memtableBytes);
    bytes(meters, "block_cache", StoreStatistics::blockCacheBytes);
    Gauge.builder(
            "espalier.store.compaction.pending", this, all -> all.now().compactionBytesPending())
        .baseUnit("bytes")
        .description("What compaction has still to rewrite, as an estimate")
        .register(meters);
    FunctionCounter.builder("espalier.store.stalls", this, all -> all.now().stallMicros() / MICROS)
        .baseUnit("seconds")
        .description("Time that writes were held back because the disk did not keep up")
        .register(meters);
  }

  private void bytes(MeterRegistry meters, String part, ToLongFunction<StoreStatistics> size) {
    Gauge.builder("espalier.store", this, all -> size.applyAsLong(all.now()))
        .baseUnit("bytes")
        .tag("part", part)
        .description("Table files on the disk, what is not yet in them, and blocks in memory")
        .register(meters);
  }

  private synchronized StoreStatistics now() {
    if (System.nanoTime() - knownNs > FRESH_NS) {
      known = store.statistics();
      knownNs = System.nanoTime();
    }
    return known;
  }
}
