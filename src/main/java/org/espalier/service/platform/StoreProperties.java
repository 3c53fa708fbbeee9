package org.espalier.service.platform;

import java.time.Duration;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the durable store works; a bad value stops the start.
 *
 * @param sync {@code group}: an event is acknowledged after an fsync that waiting writes share, and survives a power
 *     failure; {@code off}: after the operating system has it, and survives a crash of the process only
 * @param linger how long a group of writes waits for company, up to 1s; 0 writes at once, and groups form while the
 *     disk is busy with the one before
 * @param groupRows rows after which a group is written without waiting for more
 * @param queueRows rows that may wait to be written; callers beyond it wait to get in
 * @param freeDiskMin free disk space under which writes are refused with 507, and the start too
 * @param blockCache memory for blocks read from disk, write buffers included
 * @param writeBuffer memory for what is not yet in files of its own; part of {@code block-cache}
 */
@ConfigurationProperties("espalier.store")
public record StoreProperties(
    @DefaultValue("group") StoreOptions.Sync sync,
    @DefaultValue("0ms") Duration linger,
    @DefaultValue("32768") int groupRows,
    @DefaultValue("131072") int queueRows,
    @DefaultValue("256MB") DataSize freeDiskMin,
    @DefaultValue("192MB") DataSize blockCache,
    @DefaultValue("96MB") DataSize writeBuffer) {

  public StoreProperties {
    Bounds.check("espalier.store.group-rows", groupRows, 1, 10_000_000);
    Bounds.check("espalier.store.queue-rows", queueRows, 1, 100_000_000);
    if (linger.isNegative() || linger.toMillis() > 1000) {
      throw new IllegalArgumentException("espalier.store.linger must be 0ms to 1s");
    }
    if (writeBuffer.toMegabytes() < 1 || writeBuffer.compareTo(blockCache) > 0) {
      throw new IllegalArgumentException(
          "espalier.store.write-buffer must be at least 1MB and at most block-cache");
    }
  }

  /** As the store takes them. */
  public StoreOptions options() {
    return new StoreOptions(
        sync,
        Math.toIntExact(linger.toMillis()),
        groupRows,
        queueRows,
        freeDiskMin.toBytes(),
        blockCache.toBytes(),
        writeBuffer.toBytes());
  }
}
