package org.espalier.service.upkeep;

import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.platform.StoreProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.ConfigurableApplicationContext;

/** Looks at everything that the service needs, and says what to do about what is not well. Starts and changes nothing. */
public final class Doctor {

  private Doctor() {}

  /** The settings that are looked at, and no other part of the service. */
  @EnableConfigurationProperties({
    EspalierProperties.class,
    StoreProperties.class,
    BackupProperties.class,
    KafkaProperties.class
  })
  static class Settings {}

  /**
   * Makes all checks.
   *
   * @param deep whether the store is read from end to end
   * @param settings as {@code --espalier.data-dir=…}; they win over the environment and files
   */
  public static List<Finding> examine(boolean deep, String... settings) {
    try (ConfigurableApplicationContext context =
        EspalierApplication.settings(Settings.class, settings)) {
      EspalierProperties espalier = context.getBean(EspalierProperties.class);
      StoreOptions store = context.getBean(StoreProperties.class).options();
      List<Finding> found = new ArrayList<>();
      found.add(Finding.ok("settings", "they can be read"));
      found.addAll(MachineChecks.all(store));
      found.addAll(
          FolderChecks.all(
              espalier.dataDir(),
              espalier.storeDir(),
              context.getBean(BackupProperties.class).folderOr(espalier),
              store,
              deep));
      found.addAll(
          ServerChecks.all(
              context.getEnvironment(),
              espalier.controlDir(),
              context.getBean(KafkaProperties.class)));
      return found;
    } catch (StartFailedException e) {
      List<Finding> found = new ArrayList<>();
      found.add(
          Finding.failed(
              "settings",
              String.valueOf(e.getMessage()),
              "mend it; docs/CONFIGURATION.md has all"));
      found.addAll(MachineChecks.all(StoreOptions.defaults()));
      return found;
    }
  }
}
