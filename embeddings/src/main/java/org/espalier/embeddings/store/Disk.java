package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.espalier.embeddings.store.StoreException.Kind;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** What can fail under a store; tests put one here that fails on purpose. */
interface Disk {

  /** Free bytes on the file system that holds the path. */
  long freeBytes(Path path);

  void write(RocksDB rocks, WriteOptions options, WriteBatch batch) throws RocksDBException;

  /** The real one. */
  final class Real implements Disk {
    @Override
    public long freeBytes(Path path) {
      try {
        return Files.getFileStore(path).getUsableSpace();
      } catch (IOException e) {
        throw new StoreException(Kind.IO, "cannot ask for the free space of " + path, e);
      }
    }

    @Override
    public void write(RocksDB rocks, WriteOptions options, WriteBatch batch)
        throws RocksDBException {
      rocks.write(options, batch);
    }
  }
}
