package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.espalier.embeddings.store.StoreException.Kind;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** What can fail under a store; tests put one here that fails on purpose. */
interface Disk {

  /** Free bytes on the file system that holds the store's directory, which exists. */
  long freeBytes();

  void write(RocksDB rocks, WriteOptions options, WriteBatch batch) throws RocksDBException;

  /** Begins a table file of a generation. */
  void createTableFile(SstFileWriter writer, Path file) throws RocksDBException;

  /** Ends the table file that was begun, and syncs it. */
  void finishTableFile(SstFileWriter writer) throws RocksDBException;

  /** Makes table files a part of a family, all or none, and syncs. */
  void ingest(
      RocksDB rocks,
      ColumnFamilyHandle family,
      List<String> files,
      IngestExternalFileOptions options)
      throws RocksDBException;

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

    @Override
    public void createTableFile(SstFileWriter writer, Path file) throws RocksDBException {
      writer.open(file.toString());
    }

    @Override
    public void finishTableFile(SstFileWriter writer) throws RocksDBException {
      writer.finish();
    }

    @Override
    public void ingest(
        RocksDB rocks,
        ColumnFamilyHandle family,
        List<String> files,
        IngestExternalFileOptions options)
        throws RocksDBException {
      rocks.ingestExternalFile(family, files, options);
    }
  }
}
