package org.espalier.service.control;

import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * H2 in a file beside the store.
 *
 * @param folder of the database's file
 */
record FileDatabase(Path folder) implements JdbcConnectionDetails {

  /** H2's own file. */
  static final String FILE = "control.mv.db";

  /** Whether it was ever opened. */
  boolean exists() {
    return Files.exists(folder.resolve(FILE));
  }

  @Override
  public String getJdbcUrl() {
    String file = folder.resolve("control").toString().replace("\\", "\\\\");
    return "jdbc:h2:file:"
        + file
        + ";MODE=PostgreSQL;CASE_INSENSITIVE_IDENTIFIERS=TRUE"
        + ";WRITE_DELAY=0" // what is committed survives a crash of the process
        + ";DB_CLOSE_ON_EXIT=FALSE"; // the pool closes it, after everything that uses it
  }

  @Override
  public String getUsername() {
    return "espalier";
  }

  @Override
  public String getPassword() {
    return "";
  }
}
