package org.espalier.service.upkeep;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.Verification;

/** The folders, their disks, the store and its backups. */
final class FolderChecks {

  private FolderChecks() {}

  /**
   * @param deep whether the store is read from end to end
   */
  static List<Finding> all(
      Path dataDir, Path storeDir, Path backups, StoreOptions options, boolean deep) {
    List<Finding> found = new ArrayList<>();
    Path data = dataDir.toAbsolutePath().normalize();
    found.add(permissions("data folder", data, "espalier.data-dir"));
    found.add(temporary());
    found.add(disk(data, options));
    found.add(store(storeDir, options, deep));
    found.add(backups(backups, storeDir));
    return found;
  }

  private static Finding permissions(String check, Path folder, String setting) {
    Path existing = firstThatExists(folder);
    String user = System.getProperty("user.name");
    if (!Files.isDirectory(existing)) {
      return Finding.failed(
          check, existing + " is a file", "name a folder with " + setting + " or move the file");
    }
    try {
      Files.delete(Files.createTempFile(existing, ".espalier-doctor", ""));
      return Finding.ok(check, "%s can be written by %s".formatted(folder, user));
    } catch (IOException e) {
      return Finding.failed(
          check,
          "%s cannot be written by %s".formatted(existing, user),
          "make %s its owner, or name another folder with %s".formatted(user, setting));
    }
  }

  private static Finding temporary() {
    return permissions(
        "temporary folder", Path.of(System.getProperty("java.io.tmpdir")), "-Djava.io.tmpdir");
  }

  private static Finding disk(Path data, StoreOptions options) {
    try {
      FileStore disk = Files.getFileStore(firstThatExists(data));
      long freeBytes = disk.getUsableSpace();
      String found = "%d of %d MiB are free".formatted(freeBytes >> 20, disk.getTotalSpace() >> 20);
      if (freeBytes < options.freeDiskBytesMin()) {
        return Finding.failed(
            "disk",
            found,
            "free some: under %d MiB (espalier.store.free-disk-min) nothing is written"
                .formatted(options.freeDiskBytesMin() >> 20));
      }
      return freeBytes < 4 * options.freeDiskBytesMin()
          ? Finding.warning("disk", found, "free some before writes are refused")
          : Finding.ok("disk", found);
    } catch (IOException e) {
      return Finding.failed("disk", "%s: %s".formatted(data, e), "look after the disk");
    }
  }

  private static Finding store(Path folder, StoreOptions options, boolean deep) {
    if (!Store.isAt(folder)) {
      return Finding.ok("store", "there is none in %s; the first start makes it".formatted(folder));
    }
    try (Store store = Store.open(folder, options)) {
      if (deep) {
        Verification state = store.verify();
        if (!state.sound()) {
          return Finding.failed(
              "store",
              "%d problems, the first: %s"
                  .formatted(state.problemCount(), state.problems().getFirst()),
              "restore it from a backup");
        }
      }
      var active = store.generations().active();
      return Finding.ok(
          "store",
          "it opens; %d events, %s%s"
              .formatted(
                  store.lastSequence(),
                  active.isPresent()
                      ? "generation %d is active".formatted(active.getAsInt())
                      : "no generation is active yet",
                  deep ? ", and all is as it was written" : ""));
    } catch (StoreException e) {
      String message = String.valueOf(e.getMessage());
      return e.kind() == Kind.LOCKED
          ? Finding.ok("store", "a running service has it open")
          : Finding.failed("store", message, "do what it says, then ask again");
    }
  }

  private static Finding backups(Path folder, Path store) {
    try {
      List<Backup> all = BackupSet.in(folder).list();
      String where = "%d in %s".formatted(all.size(), folder);
      if (all.isEmpty()) {
        return Store.isAt(store)
            ? Finding.warning(
                "backups",
                where,
                "make one (./espalier admin backup, or ./espalier backup), or a schedule: espalier.schedules.backup.cron")
            : Finding.ok("backups", where);
      }
      String found = where + ", the newest of " + all.getLast().created();
      return onOneDisk(folder, store)
          ? Finding.warning(
              "backups",
              found + ", on the disk of the data",
              "put them on another disk: espalier.backups.folder")
          : Finding.ok("backups", found);
    } catch (StoreException e) {
      return Finding.failed(
          "backups", String.valueOf(e.getMessage()), "set espalier.backups.folder");
    }
  }

  private static boolean onOneDisk(Path one, Path other) {
    try {
      return Files.getFileStore(firstThatExists(one))
          .equals(Files.getFileStore(firstThatExists(other)));
    } catch (IOException e) {
      return false; // then the check of the disk says so
    }
  }

  private static Path firstThatExists(Path folder) {
    Path at = folder;
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }
}
