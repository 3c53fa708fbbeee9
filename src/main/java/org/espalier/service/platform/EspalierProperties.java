package org.espalier.service.platform;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the service keeps its data.
 *
 * @param dataDir folder of everything that the service stores; made when it is missing, and used by one process at a
 *     time
 * @param version the version of this build; not to be set
 */
@ConfigurationProperties("espalier")
public record EspalierProperties(
    @DefaultValue("espalier-data") Path dataDir, @DefaultValue("unknown") String version) {

  /**
   * @throws IllegalArgumentException for a folder that the control plane's database could not be in
   */
  public EspalierProperties {
    if (dataDir.toAbsolutePath().toString().contains(";")) {
      throw new IllegalArgumentException(
          "espalier.data-dir must not contain a semicolon: " + dataDir);
    }
  }

  /** The folder of the store. */
  public Path storeDir() {
    return storeDir(dataDir);
  }

  /** The folder of the control plane: its database, unless that is elsewhere, and the folder's own name in it. */
  public Path controlDir() {
    return dataDir.toAbsolutePath().normalize().resolve("control");
  }

  /** The folder in which jobs work, one folder a job. */
  public Path workDir() {
    return dataDir.toAbsolutePath().normalize().resolve("jobs");
  }

  /** The folder of the store's backups. */
  public Path backupsDir() {
    return dataDir.toAbsolutePath().normalize().resolve("backups");
  }

  /** Where a data folder keeps its store. */
  public static Path storeDir(Path dataDir) {
    return dataDir.toAbsolutePath().normalize().resolve("store");
  }
}
