package org.espalier.service.upkeep;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.Verification;
import org.espalier.service.control.ControlCopy;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.EspalierProperties;
import org.springframework.stereotype.Component;

/** Makes backups of this data folder. One call at a time. */
@Component
public final class BackupMaker {

  private final Store store;
  private final ControlCopy database;
  private final Instance instance;
  private final Path folder;

  BackupMaker(
      Store store,
      ControlCopy database,
      Instance instance,
      EspalierProperties espalier,
      BackupProperties properties) {
    this.store = store;
    this.database = database;
    this.instance = instance;
    this.folder = properties.folderOr(espalier);
  }

  /** The folder of the settings. */
  public BackupSet backups() {
    return BackupSet.in(folder);
  }

  /**
   * Adds a backup.
   *
   * @param scratch a folder for a moment's files
   */
  public Backup make(Path scratch) {
    return backups().add(store, database, instance, scratch);
  }

  /**
   * Restores a backup into a scratch folder and reads all of it.
   *
   * @throws StoreException DAMAGED when anything is not as it was written
   */
  public void prove(int number, Path scratch) {
    Verification found =
        backups()
            .prove(OptionalInt.of(number), scratch, StoreOptions.defaults(), (_, _) -> {})
            .store();
    if (!found.sound()) {
      throw new StoreException(
          Kind.DAMAGED,
          "backup %d in %s is not sound: %s; look after the disks, and make another one"
              .formatted(number, folder, found.problems().getFirst()));
    }
  }
}
