package org.espalier.service.upkeep;

import java.nio.file.Path;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.wire.Bounds;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where backups go.
 *
 * @param folder where the backups are, best on another disk than the data; {@code backups} in the data folder when it is not set
 * @param keep how many of the newest backups stay after each new one
 * @param verify whether each new backup is restored into a scratch folder and read from end to end; takes as long as
 *     reading the store twice, and its space again for that time
 */
@ConfigurationProperties("espalier.backups")
public record BackupProperties(
    @Nullable Path folder, @DefaultValue("7") int keep, @DefaultValue("true") boolean verify) {

  public BackupProperties {
    Bounds.check("espalier.backups.keep", keep, 1, 1000);
  }

  Path folderOr(EspalierProperties espalier) {
    return folder == null ? espalier.backupsDir() : folder.toAbsolutePath().normalize();
  }
}
