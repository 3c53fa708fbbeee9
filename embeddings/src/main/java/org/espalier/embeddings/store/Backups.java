package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.rocksdb.BackupEngine;
import org.rocksdb.BackupEngineOptions;
import org.rocksdb.BackupInfo;
import org.rocksdb.Env;
import org.rocksdb.RestoreOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * A folder of backups, made by {@link Store#backup}. Backups of one folder share the table files that
 * have not changed between them, so that each but the first costs only what is new. One process at a
 * time may use a folder. What was erased after a backup is still in that backup, until {@link
 * #keepNewest} drops it.
 */
public final class Backups {

  private static final String META = "meta";

  /** Files that are copied and summed at once; a disk is seldom busy with one. */
  private static final int COPIES_AT_ONCE = 4;

  private final Path folder;

  private Backups(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder that holds backups, or is empty or missing
   * @throws StoreException NOT_A_STORE when it holds something else
   */
  public static Backups in(Path folder) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new StoreException(
            Kind.NOT_A_STORE, folder + " is a file; give a folder for the backups");
      }
      if (Files.exists(folder) && !Files.isDirectory(folder.resolve(META))) {
        try (Stream<Path> entries = Files.list(folder)) {
          // The root of a mounted file system is as good as empty.
          if (entries.anyMatch(entry -> !entry.endsWith("lost+found"))) {
            throw new StoreException(
                Kind.NOT_A_STORE,
                folder + " holds other files and no backup; give an empty folder");
          }
        }
      }
      return new Backups(folder);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot read " + folder + ": " + e, e);
    }
  }

  /** Oldest first. */
  public List<Backup> list() {
    return isEmpty() ? List.of() : with(engine -> infos(engine).map(Backups::backup).toList());
  }

  /** Drops all backups but the newest ones, and files that no backup needs. */
  public void keepNewest(int count) {
    if (!isEmpty()) {
      with(engine -> {
        engine.purgeOldBackups(count);
        engine.garbageCollect();
        return count;
      });
    }
  }

  /**
   * Makes a store of a backup, and opens and closes it for a proof. The target is no store before that
   * has succeeded.
   *
   * @param number of the backup; the newest when empty
   * @param target a directory that is empty or missing
   * @throws StoreException NOT_A_STORE when the target holds anything, or there is no such backup;
   *     NEWER_FORMAT; DAMAGED
   */
  public Backup restore(OptionalInt number, Path target, StoreOptions options) {
    if (isEmpty()) {
      throw noSuch(number);
    }
    return with(engine -> {
      BackupInfo chosen =
          infos(engine)
              .filter(info -> number.isEmpty() || info.backupId() == number.getAsInt())
              .max(Comparator.comparingInt(BackupInfo::backupId))
              .orElseThrow(() -> noSuch(number));
      StoreDirectory.checkFormat(
          "backup %d in %s".formatted(chosen.backupId(), folder), chosen.appMetadata());
      StoreDirectory directory = StoreDirectory.prepareEmpty(target);
      String database = directory.database().toString();
      try (RestoreOptions everything = new RestoreOptions(false)) {
        engine.restoreDbFromBackup(chosen.backupId(), database, database, everything);
      }
      Store.open(directory, options, new Disk.Real(target)).close();
      directory.finishCopy();
      return backup(chosen);
    });
  }

  /** Of an open database. */
  Backup create(RocksDB rocks) throws RocksDBException {
    try {
      // First, so that a first backup that a kill cuts off leaves a folder of backups.
      Files.createDirectories(folder.resolve(META));
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot write to " + folder + ": " + e, e);
    }
    return with(engine -> {
      // With a flush the backup needs no log but what is written while it is made.
      engine.createNewBackupWithMetadata(rocks, StoreDirectory.formatLine(), true);
      return backup(infos(engine).max(Comparator.comparingInt(BackupInfo::backupId)).orElseThrow());
    });
  }

  private boolean isEmpty() {
    return !Files.isDirectory(folder.resolve(META));
  }

  private StoreException noSuch(OptionalInt number) {
    String wanted = number.isPresent() ? "backup " + number.getAsInt() : "backup";
    return new StoreException(
        Kind.NOT_A_STORE, "there is no %s in %s; list those there are".formatted(wanted, folder));
  }

  private static Stream<BackupInfo> infos(BackupEngine engine) {
    return engine.getBackupInfo().stream();
  }

  private static Backup backup(BackupInfo info) {
    return new Backup(info.backupId(), Instant.ofEpochSecond(info.timestamp()), info.size());
  }

  private interface EngineWork<R> {
    R run(BackupEngine engine) throws RocksDBException;
  }

  private <R> R with(EngineWork<R> work) {
    Database.loadLibrary();
    try (BackupEngineOptions options =
            new BackupEngineOptions(folder.toString()).setMaxBackgroundOperations(COPIES_AT_ONCE);
        BackupEngine engine = BackupEngine.open(Env.getDefault(), options)) {
      return work.run(engine);
    } catch (RocksDBException e) {
      throw RocksErrors.translate("back up to or restore from", folder, e);
    }
  }
}
