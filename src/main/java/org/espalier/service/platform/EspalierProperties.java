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

  /** The folder of the store. */
  public Path storeDir() {
    return dataDir.toAbsolutePath().normalize().resolve("store");
  }
}
