package org.espalier.service.control;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.env.Environment;

/**
 * The database that the settings name.
 *
 * @param url as JDBC takes it
 */
record NamedDatabase(String url, @Nullable String username, @Nullable String password)
    implements JdbcConnectionDetails {

  /** The database that the settings name, or else H2 in a folder. */
  static JdbcConnectionDetails orFile(Environment settings, Path folder) {
    String url = settings.getProperty("spring.datasource.url", "");
    return url.isBlank()
        ? new FileDatabase(folder)
        : new NamedDatabase(
            url,
            settings.getProperty("spring.datasource.username"),
            settings.getProperty("spring.datasource.password"));
  }

  @Override
  public String getJdbcUrl() {
    return url;
  }

  @Override
  public @Nullable String getUsername() {
    return username;
  }

  @Override
  public @Nullable String getPassword() {
    return password;
  }

  /** Without the password, for whoever logs it. */
  @Override
  public String toString() {
    return "NamedDatabase[" + url.replaceFirst("\\?.*", "") + "]";
  }
}
