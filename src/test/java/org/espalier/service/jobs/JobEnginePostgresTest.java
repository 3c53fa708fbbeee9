package org.espalier.service.jobs;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same on a PostgreSQL process. Its database outlives each test, so the tests share it like data folders do. */
class JobEnginePostgresTest extends JobEngineTest {

  private static @Nullable EmbeddedPostgres postgres;

  @BeforeAll
  static void startPostgres() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    Objects.requireNonNull(postgres).close();
  }

  @Override
  Map<String, String> database() {
    return Map.of(
        "spring.datasource.url",
        Objects.requireNonNull(postgres).getJdbcUrl("postgres", "postgres"));
  }
}
