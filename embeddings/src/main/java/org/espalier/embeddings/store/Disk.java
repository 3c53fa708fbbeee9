package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.espalier.embeddings.store.StoreException.Kind;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** What can fail under a store; tests put one here that fails on purpose. */
interface Disk {

  /** Free bytes on the file system that holds the store's directory, which exists. */
  long freeBytes();

  void write(RocksDB rocks, WriteOptions options, WriteBatch batch) throws RocksDBException;

  /** The real one. */
  final class Real implements Disk {
    private final Path directory;

    /** Kept, because finding it reads the table of mounts. Opening thread first, then committer. */
    private @Nullable FileStore fileStore;

    Real(Path directory) {
      this.directory = directory;
    }

    @Override
    public long freeBytes() {
      try {
        if (fileStore == null) {
          fileStore = Files.getFileStore(directory);
        }
        return fileStore.getUsableSpace();
      } catch (IOException e) {
        throw new StoreException(Kind.IO, "cannot ask for the free space of " + directory, e);
      }
    }

    @Override
    public void write(RocksDB rocks, WriteOptions options, WriteBatch batch)
        throws RocksDBException {
      rocks.write(options, batch);
    }
  }
}
