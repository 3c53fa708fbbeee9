package org.espalier.service.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Backups;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.Verification;
import org.espalier.embeddings.store.VerificationListener;
import org.espalier.service.control.ControlCopy;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.EspalierProperties;
import org.springframework.util.FileSystemUtils;

/**
 * A folder of whole backups: of the store, and of the control plane's database beside it.
 *
 * <pre>
 * meta, private, shared_checksum   of the store
 * control/7.zip                    the database as it was when backup 7 was made, if it is in a file
 * control/7.json                   {@link BackupRecord}; without it backup 7 is of the store alone
 * </pre>
 *
 * One process at a time may use a folder.
 */
public final class BackupSet {

  private static final String UNFINISHED = "restoring";

  private final Path folder;
  private final Backups stores;
  private final Path control;

  private BackupSet(Path folder) {
    this.folder = folder;
    this.stores = Backups.in(folder);
    this.control = folder.resolve("control");
  }

  /**
   * @param folder that holds backups, or is empty or missing
   * @throws StoreException NOT_A_STORE when it holds something else
   */
  public static BackupSet in(Path folder) {
    return new BackupSet(folder.toAbsolutePath().normalize());
  }

  /** Oldest first. */
  public List<Backup> list() {
    return stores.list();
  }

  /** Whether the control plane's database is in a backup. */
  public boolean hasDatabase(int number) {
    return Files.exists(copyOf(number));
  }

  /**
   * Adds a backup, while the service goes on.
   *
   * @param scratch a folder for a moment's files, on any disk
   */
  public Backup add(Store store, ControlCopy database, Instance instance, Path scratch) {
    return FileTask.of(
        "back up to " + folder,
        () -> {
          Path copy = Files.createDirectories(scratch).resolve("control.zip");
          Files.deleteIfExists(copy);
          boolean hasDatabase = database.write(copy);
          Backup made = store.backup(stores);
          Files.createDirectories(control);
          String sum = "";
          if (hasDatabase) {
            sum = BackupRecord.sha256(copy);
            DurableFiles.copy(copy, copyOf(made.number()));
            Files.delete(copy);
          }
          String record = BackupRecord.of(instance.id(), sum).json();
          DurableFiles.write(record.getBytes(UTF_8), recordOf(made.number()));
          return made;
        });
  }

  /** Drops all backups but the newest ones, and files that no backup needs. */
  public void keepNewest(int count) {
    stores.keepNewest(count);
    Set<String> kept =
        list().stream().map(backup -> backup.number() + ".").collect(Collectors.toSet());
    FileTask.of(
        "clean up " + control,
        () -> {
          if (!Files.isDirectory(control)) {
            return 0;
          }
          try (Stream<Path> files = Files.list(control)) {
            for (Path file : files.toList()) {
              if (kept.stream().noneMatch(file.getFileName().toString()::startsWith)) {
                Files.delete(file);
              }
            }
          }
          return 0;
        });
  }

  /**
   * Makes a data folder of a backup. It is none before that has succeeded.
   *
   * @param number of the backup; the newest when empty
   * @param dataDir in which there is neither a store nor a database
   * @param withDatabase whether jobs, keys and the audit log come back too
   * @throws StoreException NOT_A_STORE when something is there, or there is no such backup; DISK_FULL; NEWER_FORMAT; DAMAGED
   */
  public Restored restore(
      OptionalInt number, Path dataDir, boolean withDatabase, StoreOptions options) {
    Path data = dataDir.toAbsolutePath().normalize();
    Backup chosen = find(number);
    return FileTask.of(
        "restore to " + data,
        () -> {
          Path unfinished = data.resolve(UNFINISHED);
          Path store = data.resolve("store");
          Path database = data.resolve("control");
          if (Files.exists(unfinished) && !Files.exists(store)) {
            FileSystemUtils.deleteRecursively(
                unfinished); // a restore was cut short; nothing here is older
            FileSystemUtils.deleteRecursively(database);
          }
          requireEmpty(store, data);
          requireEmpty(database, data);
          Files.createDirectories(unfinished);
          requireSpace(chosen, unfinished, options);
          boolean hasDatabase =
              withDatabase && restoreControl(chosen, unfinished.resolve("control"));
          Backup restored =
              stores.restore(OptionalInt.of(chosen.number()), unfinished.resolve("store"), options);
          Files.deleteIfExists(database);
          Files.deleteIfExists(store);
          if (Files.exists(unfinished.resolve("control"))) {
            Files.move(unfinished.resolve("control"), database);
          }
          Files.move(unfinished.resolve("store"), store); // from here on it is a data folder
          FileSystemUtils.deleteRecursively(unfinished);
          return new Restored(restored, hasDatabase);
        });
  }

  /**
   * Restores a backup into a scratch folder and reads all of it.
   *
   * @param scratch a folder on the disk to use; what is made in it is deleted
   * @param listener is told how far the reading is
   */
  public Proof prove(
      OptionalInt number, Path scratch, StoreOptions options, VerificationListener listener) {
    return FileTask.of(
        "verify a backup in " + scratch,
        () -> {
          Path data = Files.createTempDirectory(Files.createDirectories(scratch), "proof");
          try {
            boolean recorded = Files.exists(recordOf(find(number).number()));
            Restored restored = restore(number, data, recorded, options);
            try (Store store = Store.open(EspalierProperties.storeDir(data), options)) {
              return new Proof(restored, store.verify(listener));
            }
          } finally {
            FileSystemUtils.deleteRecursively(data);
          }
        });
  }

  private Backup find(OptionalInt number) {
    List<Backup> all = list();
    return all.stream()
        .filter(backup -> number.isEmpty() || backup.number() == number.getAsInt())
        .reduce((_, later) -> later)
        .orElseThrow(() ->
            new StoreException(
                Kind.NOT_A_STORE,
                number.isEmpty()
                    ? "there is no backup in " + folder + "; name the folder that holds one"
                    : "there is no backup %d in %s; there are %s"
                        .formatted(
                            number.getAsInt(),
                            folder,
                            all.isEmpty() ? "none" : all.stream().map(Backup::number).toList())));
  }

  /** Whether there was a database to restore. */
  private boolean restoreControl(Backup backup, Path target) throws IOException {
    Path file = recordOf(backup.number());
    if (!Files.exists(file)) {
      throw new StoreException(
          Kind.NOT_A_STORE,
          "backup %d in %s is of the store alone; add --without-database to restore that"
              .formatted(backup.number(), folder));
    }
    BackupRecord record = BackupRecord.read(file);
    Files.createDirectories(target);
    if (!record.hasDatabase()) {
      Files.writeString(target.resolve("instance"), record.instance());
      return false;
    }
    Path copy = copyOf(backup.number());
    if (!Files.exists(copy) || !BackupRecord.sha256(copy).equals(record.databaseSha256())) {
      throw new StoreException(
          Kind.DAMAGED,
          copy + " is damaged or missing; restore another backup, or add --without-database");
    }
    ControlCopy.restore(copy, target);
    Files.writeString(target.resolve("instance"), record.instance());
    return true;
  }

  private static void requireEmpty(Path part, Path dataDir) throws IOException {
    if (!Files.exists(part)) {
      return;
    }
    try (Stream<Path> entries = Files.list(part)) {
      if (entries.findAny().isPresent()) {
        throw new StoreException(
            Kind.NOT_A_STORE,
            "%s already has data in %s; restore into an empty folder, or move that away first"
                .formatted(dataDir, part.getFileName()));
      }
    }
  }

  private static void requireSpace(Backup backup, Path target, StoreOptions options)
      throws IOException {
    FileStore disk = Files.getFileStore(target);
    long wanted = backup.bytes() + options.freeDiskBytesMin();
    if (disk.getUsableSpace() < wanted) {
      throw new StoreException(
          Kind.DISK_FULL,
          "the disk of %s has %d MiB free, and restoring takes %d MiB; free some space or restore elsewhere"
              .formatted(target, disk.getUsableSpace() >> 20, wanted >> 20));
    }
  }

  private Path copyOf(int number) {
    return control.resolve(number + ".zip");
  }

  private Path recordOf(int number) {
    return control.resolve(number + ".json");
  }

  /**
   * What was restored.
   *
   * @param hasDatabase whether the control plane's database is there too
   */
  public record Restored(Backup backup, boolean hasDatabase) {}

  /**
   * What reading a restored backup found.
   *
   * @param store the state of its store
   */
  public record Proof(Restored restored, Verification store) {}
}
