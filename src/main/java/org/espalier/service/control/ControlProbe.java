package org.espalier.service.control;

import java.nio.file.Path;
import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.env.Environment;

/** Looks at the control plane's database and changes nothing. */
public final class ControlProbe {

  private ControlProbe() {}

  /**
   * What is there.
   *
   * @param where the database is, without its password
   * @param fault why it does not open; null when it does
   * @param newer whether a newer version of Espalier has used it
   */
  public record Answer(String where, @Nullable DatabaseFault fault, boolean newer) {}

  /**
   * Opens the database that the settings name.
   *
   * @param folder of the file, where the settings name none
   */
  public static Answer ask(Environment settings, Path folder) {
    JdbcConnectionDetails database = NamedDatabase.orFile(settings, folder);
    if (database instanceof FileDatabase file && !file.exists()) {
      return new Answer("a file that the first start makes in " + folder, null, false);
    }
    String where =
        database instanceof FileDatabase
            ? "a file in " + folder
            : database.getJdbcUrl().replaceFirst("\\?.*", "");
    try {
      Flyway flyway =
          Flyway.configure()
              .dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
              .load();
      MigrationInfoService migrations = flyway.info();
      boolean newer =
          Arrays.stream(migrations.applied())
              .map(MigrationInfo::getState)
              .anyMatch(state -> state.name().startsWith("FUTURE"));
      return new Answer(where, null, newer);
    } catch (FlywayException e) {
      return new Answer(where, DatabaseFault.of(e), false);
    }
  }
}
