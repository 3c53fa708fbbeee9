package org.espalier.service.upkeep;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.espalier.service.platform.UserTraces;
import org.springframework.stereotype.Component;

/** What was erased after a backup is still in it. */
@Component
class BackupTraces implements UserTraces {

  private final BackupJobs backups;
  private final BackupProperties properties;

  BackupTraces(BackupJobs backups, BackupProperties properties) {
    this.backups = backups;
    this.properties = properties;
  }

  @Override
  public List<Trace> remove(String userId, BooleanSupplier cancelled) {
    List<BackupJobs.View> there = backups.list();
    return there.isEmpty()
        ? List.of()
        : List.of(
            new Trace(
                "backups",
                0,
                there.size(),
                "numbers %d to %d may hold the user; each is dropped when %d newer ones are there"
                    .formatted(
                        there.getFirst().number(), there.getLast().number(), properties.keep())));
  }
}
