package org.espalier.service.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.jobs.JobKind.AfterInterruption;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.Spans;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/**
 * The engine with its database and kinds that tests command, and nothing else of the service. No {@code @Configuration}:
 * the service's own scan of its packages must not find it.
 */
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "org.espalier.service")
@ComponentScan("org.espalier.service.control")
@Import({JobsConfiguration.class, Schedules.class})
@EnableConfigurationProperties({
  EspalierProperties.class,
  JobProperties.class,
  ScheduleProperties.class
})
class EngineApplication {

  static final String RESUMES = "resumes";
  static final String RESTARTS = "restarts";
  static final String FAILS = "fails";
  static final String URGENT = "urgent";

  /**
   * Starts it and opens the database, as a service does.
   *
   * @param data the data folder
   * @param settings in addition
   */
  static ConfigurableApplicationContext start(Path data, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("espalier.data-dir", data.toString());
    all.put("management.endpoint.health.validate-group-membership", "false"); // no store here
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(EngineApplication.class)
            .web(WebApplicationType.NONE)
            .run(
                all.entrySet().stream() // arguments win over application.yml
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toArray(String[]::new));
    context.getBean(ControlDatabase.class).start();
    return context;
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  Spans spans() {
    return Spans.none();
  }

  @Bean
  MeterRegistry meters() {
    return new SimpleMeterRegistry();
  }

  @Bean
  FakeKind resumes() {
    return new FakeKind(RESUMES, AfterInterruption.RESUME, 2);
  }

  @Bean
  FakeKind restarts() {
    return new FakeKind(RESTARTS, AfterInterruption.RESTART, 1);
  }

  @Bean
  FakeKind urgent() {
    return new FakeKind(URGENT, AfterInterruption.FAIL, 1, true);
  }

  @Bean
  FakeKind fails() {
    return new FakeKind(FAILS, AfterInterruption.FAIL, 1);
  }
}
