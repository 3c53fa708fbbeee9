package org.espalier.embeddings.store;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A disk that fails or waits when it is told to; otherwise the real one, but for its free space. */
final class FaultyDisk implements Disk {

  private volatile Status.@Nullable Code failure;
  private volatile @Nullable CountDownLatch gate;
  private volatile long freeBytes = Long.MAX_VALUE;
  private volatile int goodWritesLeft;
  private volatile int writes;
  private volatile int stepsLeft = Integer.MAX_VALUE;
  private volatile Runnable atStep = () -> {};

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
    stepsLeft = Integer.MAX_VALUE;
  }

  /** Counts every write, table file and ingestion, and after some of them runs something instead. */
  void afterSteps(int goodSteps, Runnable action) {
    atStep = action;
    stepsLeft = goodSteps;
  }

  /** Whether the action of {@link #afterSteps} has run. */
  boolean stepReached() {
    return stepsLeft < 0;
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
  public long freeBytes() {
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
    step();
    writes++;
    rocks.write(options, batch);
  }

  @Override
  public void createTableFile(SstFileWriter writer, Path file) throws RocksDBException {
    step();
    writer.open(file.toString());
  }

  @Override
  public void finishTableFile(SstFileWriter writer) throws RocksDBException {
    step();
    writer.finish();
  }

  @Override
  public void ingest(
      RocksDB rocks,
      ColumnFamilyHandle family,
      List<String> files,
      IngestExternalFileOptions options)
      throws RocksDBException {
    step();
    rocks.ingestExternalFile(family, files, options);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // tests that count steps take them one by one
  private void step() {
    if (stepsLeft-- == 0) {
      atStep.run();
    }
  }
}
