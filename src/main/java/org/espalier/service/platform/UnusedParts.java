package org.espalier.service.platform;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** Leaves out what Spring would build and nobody uses. Spring makes it by its class name. */
public final class UnusedParts implements AutoConfigurationImportFilter, EnvironmentAware {

  /** Spring's setting of where traces go. */
  static final String TRACES_ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

  private static final String SPRING = "org.springframework.boot.";

  /**
   * Five that look through every bean for annotations that none has, and one that would start a server of management beans to count
   * sessions, of which there are none: a seventh of the thread that a start waits for.
   */
  private static final List<String> ALWAYS =
      List.of(
          "autoconfigure.aop.",
          "data.autoconfigure.web.",
          "persistence.autoconfigure.PersistenceExceptionTranslationAutoConfiguration",
          "transaction.autoconfigure.TransactionAutoConfiguration",
          "tomcat.autoconfigure.metrics.",
          "validation.autoconfigure.");

  /** Without traces to send they would keep a tracer that records nothing, at a cost for every request. */
  private static final List<String> TRACING = List.of("micrometer.tracing.", "opentelemetry.");

  private static final String KAFKA = "kafka.autoconfigure.";

  /** A second web server, which would know neither the admin routes nor the filters and keys of the first. */
  private static final String SECOND_SERVER =
      "actuate.autoconfigure.web.server.ManagementContextAutoConfiguration";

  private final List<String> unused = new ArrayList<>(ALWAYS);

  @Override
  public void setEnvironment(Environment settings) {
    if (settings.getProperty(TRACES_ENDPOINT, "").isEmpty()) {
      unused.addAll(TRACING);
    }
    // As the conditions of those who read Kafka take it: what is no boolean is theirs to refuse.
    if (settings.getProperty("espalier.kafka.enabled", "false").equalsIgnoreCase("false")) {
      unused.add(KAFKA);
    }
    if (ManagementPortType.get(settings)
        == ManagementPortType.DIFFERENT) { // ManagementPortConfiguration
      unused.add(SECOND_SERVER);
    }
  }

  @Override
  public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] wanted = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      String name = classes[i];
      wanted[i] =
          name == null
              || !name.startsWith(SPRING)
              || unused.stream().noneMatch(part -> name.startsWith(part, SPRING.length()));
    }
    return wanted;
  }
}
