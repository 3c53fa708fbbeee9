package org.espalier.service.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.Spans;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The parts of the engine and how they hang together. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {

  @Bean
  JobKinds jobKinds(List<JobKind<?>> kinds, JsonMapper json) {
    return new JobKinds(kinds, json);
  }

  @Bean
  JobFeed jobFeed(JobProperties properties) {
    return new JobFeed(properties.watchersMax());
  }

  @Bean
  JobWorkers jobWorkers(
      JobRepository jobs,
      JobReportRepository reports,
      TransactionTemplate transactions,
      JobKinds kinds,
      JobFeed feed,
      JobProperties properties,
      EspalierProperties espalier,
      Instance instance,
      Clock clock,
      MeterRegistry meters,
      Spans spans) {
    WorkFolders folders = new WorkFolders(espalier.workDir());
    return new JobWorkers(
        jobs,
        new JobRecovery(jobs, kinds, folders, properties, instance.id(), clock),
        kinds,
        new JobRecords(jobs, reports, transactions),
        folders,
        feed,
        properties,
        instance.id(),
        clock,
        meters,
        spans);
  }

  @Bean
  JobEngine jobEngine(
      ControlDatabase database,
      JobRepository jobs,
      JobReportRepository reports,
      JobKinds kinds,
      JobWorkers workers,
      JobFeed feed,
      JobProperties properties,
      AuditLog audit,
      Instance instance,
      EspalierProperties espalier,
      Clock clock) {
    return new JobEngine(
        database,
        jobs,
        reports,
        kinds,
        workers,
        feed,
        properties,
        audit,
        instance.id(),
        espalier.version(),
        clock);
  }
}
