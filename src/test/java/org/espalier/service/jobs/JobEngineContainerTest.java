package org.espalier.service.jobs;

import java.util.Map;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The same on PostgreSQL in a container, where there is Docker. */
@Testcontainers(disabledWithoutDocker = true)
class JobEngineContainerTest extends JobEngineTest {

  @Container
  private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:17-alpine");

  @Override
  Map<String, String> database() {
    return Map.of(
        "spring.datasource.url", POSTGRES.getJdbcUrl(),
        "spring.datasource.username", POSTGRES.getUsername(),
        "spring.datasource.password", POSTGRES.getPassword());
  }
}
