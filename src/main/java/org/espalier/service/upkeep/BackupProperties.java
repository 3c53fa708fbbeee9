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
 */
@Validated
@ConfigurationProperties("espalier.backups")
public record BackupProperties(
    @Nullable Path folder, @DefaultValue("7") @Min(1) @Max(1000) int keep) {

  Path folderOr(EspalierProperties espalier) {
    return folder == null ? espalier.backupsDir() : folder.toAbsolutePath().normalize();
  }
}
