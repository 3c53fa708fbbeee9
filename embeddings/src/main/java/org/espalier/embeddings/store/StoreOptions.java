package org.espalier.embeddings.store;

/**
 * How a store is run. Formats on disk are no settings; see the classes of the families.
 *
 * @param sync when a write counts as done
 * @param lingerMs how long a group of writes waits for company before it is written, in
 *     milliseconds; 0 writes at once, and groups form while the previous one is being synced
 * @param groupRowsMax rows (events, records, triples) after which a group is written; a single
 *     larger request is a group of its own
 * @param queueRowsMax rows that may wait for the committer; beyond it callers wait to get in
 * @param freeDiskBytesMin free bytes under which writes are refused, and opening too
 * @param blockCacheBytes memory for blocks read from disk, write buffers included
 * @param writeBufferBytes memory for what is not yet in table files, over all families; part of
 *     {@code blockCacheBytes}
 */
public record StoreOptions(
    Sync sync,
    int lingerMs,
    int groupRowsMax,
    int queueRowsMax,
    long freeDiskBytesMin,
    long blockCacheBytes,
    long writeBufferBytes) {

  /** When a write counts as done. */
  public enum Sync {
    /** After an fsync that all waiting writes share: survives a power failure. */
    GROUP,
    /** After the operating system has it: survives a crash of the process, not of the machine. */
    OFF
  }

  public StoreOptions {
    require(lingerMs >= 0 && lingerMs <= 1000, "lingerMs", lingerMs, "0 to 1000");
    require(groupRowsMax > 0, "groupRowsMax", groupRowsMax, "at least 1");
    require(queueRowsMax > 0, "queueRowsMax", queueRowsMax, "at least 1");
    require(freeDiskBytesMin >= 0, "freeDiskBytesMin", freeDiskBytesMin, "at least 0");
    require(writeBufferBytes >= 1 << 20, "writeBufferBytes", writeBufferBytes, "at least 1 MiB");
    require(
        blockCacheBytes >= writeBufferBytes,
        "blockCacheBytes",
        blockCacheBytes,
        "at least writeBufferBytes");
  }

  /** What suits a machine with two cores and a few gigabytes. */
  public static StoreOptions defaults() {
    return new StoreOptions(Sync.GROUP, 0, 32_768, 131_072, 256L << 20, 192L << 20, 96L << 20);
  }

  public StoreOptions withSync(Sync newSync) {
    return new StoreOptions(
        newSync,
        lingerMs,
        groupRowsMax,
        queueRowsMax,
        freeDiskBytesMin,
        blockCacheBytes,
        writeBufferBytes);
  }

  public StoreOptions withFreeDiskBytesMin(long newFreeDiskBytesMin) {
    return new StoreOptions(
        sync,
        lingerMs,
        groupRowsMax,
        queueRowsMax,
        newFreeDiskBytesMin,
        blockCacheBytes,
        writeBufferBytes);
  }

  private static void require(boolean holds, String name, long value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(name + "=" + value + " is not " + allowed);
    }
  }
}
