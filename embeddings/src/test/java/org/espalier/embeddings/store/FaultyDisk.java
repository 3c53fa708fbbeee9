package org.espalier.embeddings.store;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A disk that fails or waits when it is told to; otherwise the real one. */
final class FaultyDisk implements Disk {

  private final Real real = new Real();
  private volatile Status.@Nullable Code failure;
  private volatile @Nullable CountDownLatch gate;
  private volatile long freeBytes = Long.MAX_VALUE;
  private volatile int goodWritesLeft;
  private volatile int writes;

  void failWith(Status.Code code) {
    failure = code;
  }

  /** Lets some writes pass first. */
  void failAfter(int goodWrites, Status.Code code) {
    goodWritesLeft = goodWrites;
    failure = code;
  }

  void heal() {
    failure = null;
    goodWritesLeft = 0;
  }

  /** Writes wait until the gate opens. */
  void hold(CountDownLatch newGate) {
    gate = newGate;
  }

  void setFreeBytes(long bytes) {
    freeBytes = bytes;
  }

  /** Batches that reached the disk. */
  int writes() {
    return writes;
  }

  @Override
  public long freeBytes(Path path) {
    return freeBytes;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the committer writes
  public void write(RocksDB rocks, WriteOptions options, WriteBatch batch) throws RocksDBException {
    CountDownLatch held = gate;
    if (held != null) {
      try {
        held.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    Status.Code code = failure;
    if (code != null && goodWritesLeft-- <= 0) {
      throw new RocksDBException("broken on purpose", new Status(code, Status.SubCode.None, ""));
    }
    writes++;
    real.write(rocks, options, batch);
  }
}
