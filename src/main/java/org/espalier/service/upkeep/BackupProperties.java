package org.espalier.service.upkeep;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.espalier.service.platform.EspalierProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where backups go.
 *
 * @param folder where the backups are, best on another disk than the data; {@code backups} in the data folder when it is not set
 * @param keep how many of the newest backups stay after each new one
 * @param verify whether each new backup is restored into a scratch folder and read from end to end; takes as long as
 *     reading the store twice, and its space again for that time
 */
@Validated
@ConfigurationProperties("espalier.backups")
public record BackupProperties(
    @Nullable Path folder,
    @DefaultValue("7") @Min(1) @Max(1000) int keep,
    @DefaultValue("true") boolean verify) {

  Path folderOr(EspalierProperties espalier) {
    return folder == null ? espalier.backupsDir() : folder.toAbsolutePath().normalize();
  }
}
