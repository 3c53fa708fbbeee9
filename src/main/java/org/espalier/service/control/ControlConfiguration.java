package org.espalier.service.control;

import java.time.Clock;
import org.espalier.service.platform.EspalierProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.jdbc.core.dialect.JdbcDialect;
import org.springframework.data.jdbc.core.dialect.JdbcH2Dialect;
import org.springframework.data.jdbc.core.dialect.JdbcPostgresDialect;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which database, and that nothing connects to it while the context is built. */
@Configuration(proxyBeanMethods = false)
class ControlConfiguration {

  @Bean
  JdbcConnectionDetails controlDatabaseDetails(
      EspalierProperties properties, Environment settings) {
    return NamedDatabase.orFile(settings, properties.controlDir());
  }

  /** Said here because asking the database would need it at the start. */
  @Bean
  JdbcDialect jdbcDialect(JdbcConnectionDetails details) {
    return details.getJdbcUrl().startsWith("jdbc:postgresql:")
        ? JdbcPostgresDialect.INSTANCE
        : JdbcH2Dialect.INSTANCE;
  }

  /** {@link ControlDatabase} migrates, beside the start. */
  @Bean
  FlywayMigrationStrategy later() {
    return _ -> {};
  }

  @Bean
  TransactionTemplate transactions(PlatformTransactionManager manager) {
    return new TransactionTemplate(manager);
  }

  @Bean
  AuditLog auditLog(AuditRepository entries, Instance instance, Clock clock) {
    return new AuditLog(entries, instance, clock);
  }
}
