package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.HistogramType;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Statistics;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open RocksDB instance and everything native around it. All calls may come from any thread; each
 * is guarded, so that a use after close throws {@link IllegalStateException}.
 */
final class Database implements AutoCloseable {

  /** A row of a scan. Both buffers are reused and valid during the call only. */
  interface RowReader {
    /** Returns whether to go on. */
    boolean row(ByteBuffer key, ByteBuffer value);
  }

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int ROW_BYTES = 256; // grown when a row is longer
  private static final int READAHEAD_BYTES = 1 << 20;

  private final Path directory;
  private final Disk disk;
  private final Lifecycle lifecycle = new Lifecycle();
  private final Resources owned;
  private final RocksDB rocks;
  private final Map<Family, ColumnFamilyHandle> handles;
  private final Statistics counters;
  private final ReadOptions lookups;
  private final ReadOptions wholeScans;
  private final WriteOptions writes;
  private final WriteOptions syncedWrites;

  private Database(
      Path directory,
      Disk disk,
      StoreOptions options,
      Resources owned,
      RocksDB rocks,
      Map<Family, ColumnFamilyHandle> handles,
      Statistics counters) {
    this.directory = directory;
    this.disk = disk;
    this.owned = owned;
    this.rocks = rocks;
    this.handles = handles;
    this.counters = counters;
    this.lookups = owned.own(new ReadOptions()).setPrefixSameAsStart(true);
    this.wholeScans =
        owned
            .own(new ReadOptions())
            .setTotalOrderSeek(true)
            .setFillCache(false) // a training snapshot must not push out what requests read
            .setReadaheadSize(READAHEAD_BYTES);
    this.writes = owned.own(new WriteOptions()).setSync(options.sync() == StoreOptions.Sync.GROUP);
    this.syncedWrites = owned.own(new WriteOptions()).setSync(true);
    owned.own(this::flushLast); // closed first, while all else is open
  }

  static Database open(StoreDirectory directory, StoreOptions options, Disk disk) {
    loadLibrary();
    Resources owned = new Resources();
    try {
      RocksOptions rocksOptions = new RocksOptions(owned, options);
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      for (Family family : Family.values()) {
        descriptors.add(
            new ColumnFamilyDescriptor(family.nameBytes(), rocksOptions.family(family)));
      }
      // Counters only: a histogram would read the clock at every call.
      Statistics counters = owned.own(new Statistics(EnumSet.allOf(HistogramType.class)));
      DBOptions databaseOptions = rocksOptions.database(directory.isNew()).setStatistics(counters);
      List<ColumnFamilyHandle> opened = new ArrayList<>();
      RocksDB rocks =
          owned.own(
              RocksDB.open(databaseOptions, directory.database().toString(), descriptors, opened));
      opened.forEach(owned::own);
      Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
      Iterator<ColumnFamilyHandle> inOrder = opened.iterator(); // that of the descriptors
      for (Family family : Family.values()) {
        handles.put(family, inOrder.next());
      }
      return new Database(directory.root(), disk, options, owned, rocks, handles, counters);
    } catch (RocksDBException e) {
      try (owned) {
        throw RocksErrors.translate("open", directory.root(), e);
      }
    } catch (RuntimeException e) {
      try (owned) {
        throw e;
      }
    }
  }

  static void loadLibrary() {
    try {
      RocksDB.loadLibrary();
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      throw new StoreException(
          StoreException.Kind.IO,
          "cannot load RocksDB's native library: java.io.tmpdir=%s must be writable and executable"
              .formatted(System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  Path directory() {
    return directory;
  }

  byte @Nullable [] get(Family family, byte[] key) {
    return get(family, lookups, key);
  }

  private byte @Nullable [] get(Family family, ReadOptions options, byte[] key) {
    lifecycle.enter();
    try {
      return rocks.get(handle(family), options, key);
    } catch (RocksDBException e) {
      throw RocksErrors.translate("read", directory, e);
    } finally {
      lifecycle.exit();
    }
  }

  /** Reads many rows at once, in the order of their keys; null for a key that is not there. */
  byte[] @Nullable [] get(Family family, List<byte[]> keys) {
    List<ColumnFamilyHandle> families = Collections.nCopies(keys.size(), handle(family));
    return ask("read", () -> rocks.multiGetAsList(lookups, families, keys).toArray(byte[][]::new));
  }

  /** Reads rows in key order from {@code from} on, whatever their prefix. */
  void scan(Family family, byte[] from, RowReader reader) {
    scan(family, wholeScans, from, 0, reader);
  }

  /** Reads rows in key order from {@code from} on, while they share its first bytes. */
  void scanPrefix(Family family, byte[] from, int prefixBytes, RowReader reader) {
    scan(family, lookups, from, prefixBytes, reader);
  }

  /** The same as {@link #scanPrefix} for long scans, whose blocks are not worth a place in the cache. */
  void scan(Family family, byte[] from, int prefixBytes, RowReader reader) {
    scan(family, wholeScans, from, prefixBytes, reader);
  }

  private void scan(
      Family family, ReadOptions options, byte[] from, int prefixBytes, RowReader reader) {
    ByteBuffer prefix = ByteBuffer.wrap(from, 0, prefixBytes);
    lifecycle.enter();
    try (RocksIterator rows = rocks.newIterator(handle(family), options)) {
      byte[] key = new byte[ROW_BYTES];
      byte[] value = new byte[ROW_BYTES];
      ByteBuffer keyView = ByteBuffer.wrap(key);
      ByteBuffer valueView = ByteBuffer.wrap(value);
      for (rows.seek(from); rows.isValid(); rows.next()) {
        lifecycle.ensureOpen();
        int keyBytes = rows.key(key);
        if (keyBytes > key.length) {
          key = rows.key();
          keyView = ByteBuffer.wrap(key);
        }
        if (!startsWith(keyView.clear().limit(keyBytes), prefix)) {
          break;
        }
        int valueBytes = rows.value(value);
        if (valueBytes > value.length) {
          value = rows.value();
          valueView = ByteBuffer.wrap(value);
        }
        if (!reader.row(keyView, valueView.clear().limit(valueBytes))) {
          return;
        }
      }
      rows.status();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("read", directory, e);
    } finally {
      lifecycle.exit();
    }
  }

  /**
   * Writes the batch, all or nothing.
   *
   * @param alwaysSync whether it must be on the disk even where the options leave that to the system
   */
  void write(WriteBatch batch, boolean alwaysSync) {
    call("write to", () -> disk.write(rocks, alwaysSync ? syncedWrites : writes, batch));
  }

  /** Moves everything from the log into table files, so that the log's files can go. */
  void flush() {
    call("write to", this::flushAll);
  }

  private void flushAll() throws RocksDBException {
    try (FlushOptions andWait = new FlushOptions()) {
      rocks.flush(andWait, List.copyOf(handles.values()));
    }
  }

  /** Nothing is lost when this fails; the next open then reads the log. */
  private void flushLast() {
    try {
      flushAll();
    } catch (RocksDBException e) {
      log.warn("Closed {} without a flush; the next open takes longer", directory, e);
    }
  }

  /** Takes table files over into a family, all or none, durably; they leave their place. */
  void ingest(Family family, List<Path> files) {
    List<String> names = files.stream().map(Path::toString).toList();
    try (IngestExternalFileOptions options = new IngestExternalFileOptions().setMoveFiles(true)) {
      call("write to", () -> disk.ingest(rocks, handle(family), names, options));
    }
  }

  /** Frees at once the table files that lie inside a range whose rows have been deleted. */
  void releaseFiles(Family family, byte[] from, byte[] to) {
    call("write to", () -> rocks.deleteFilesInRanges(handle(family), List.of(from, to), false));
  }

  /** Throws DAMAGED when a block of any table file does not match its checksum. */
  void verifyFiles() {
    call("read", rocks::verifyChecksum);
  }

  /** How many rows some families have, about. */
  long estimatedRows(List<Family> families) {
    return ask(
        "read",
        () -> {
          long rows = 0;
          for (Family family : families) {
            rows += rocks.getLongProperty(handle(family), "rocksdb.estimate-num-keys");
          }
          return rows;
        });
  }

  Backup backup(Backups folder) {
    return ask("back up", () -> folder.create(rocks));
  }

  /** Makes a database of this moment in a directory that does not exist. */
  void checkpoint(Path target) {
    call(
        "copy",
        () -> {
          try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(target.toString());
          }
        });
  }

  StoreStatistics statistics() {
    return ask("read", () -> StoreStatistics.of(rocks, handles, counters));
  }

  private interface Call {
    void run() throws RocksDBException;
  }

  private interface Question<R> {
    R ask() throws RocksDBException;
  }

  private void call(String doing, Call call) {
    ask(
        doing,
        () -> {
          call.run();
          return directory;
        });
  }

  private <R> R ask(String doing, Question<R> question) {
    lifecycle.enter();
    try {
      return question.ask();
    } catch (RocksDBException e) {
      throw RocksErrors.translate(doing, directory, e);
    } finally {
      lifecycle.exit();
    }
  }

  /** Reads that see one moment, whatever is written meanwhile. Of the thread that got it. */
  final class View {
    private final ReadOptions options;

    private View(ReadOptions options) {
      this.options = options;
    }

    byte @Nullable [] get(Family family, byte[] key) {
      return Database.this.get(family, options, key);
    }

    void scan(Family family, RowReader reader) {
      Database.this.scan(family, options, new byte[0], 0, reader);
    }
  }

  /** Gives a view of this moment, for as long as the work takes. */
  void atOneMoment(Consumer<View> work) {
    lifecycle.enter();
    Snapshot moment = rocks.getSnapshot();
    try (ReadOptions options =
        new ReadOptions()
            .setSnapshot(moment)
            .setTotalOrderSeek(true)
            .setFillCache(false)
            .setReadaheadSize(READAHEAD_BYTES)) {
      work.accept(new View(options));
    } finally {
      rocks.releaseSnapshot(moment);
      lifecycle.exit();
    }
  }

  ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(handles.get(family));
  }

  @Override
  public void close() {
    lifecycle.close(owned);
  }

  private static boolean startsWith(ByteBuffer key, ByteBuffer prefix) {
    int common = prefix.remaining();
    if (key.remaining() < common) {
      return false;
    }
    for (int i = 0; i < common; i++) {
      if (key.get(i) != prefix.get(i)) {
        return false;
      }
    }
    return true;
  }
}
