package org.espalier.service.platform;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves everything of OpenTelemetry out of a service that has nowhere to send its traces. Spring's own switches would
 * keep a tracer that records nothing, at a cost for every request. Spring makes it by its class name.
 */
public final class TracingSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

  /** Spring's setting of where traces go. */
  static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

  private static final String[] TRACING = {
    "org.springframework.boot.micrometer.tracing.", "org.springframework.boot.opentelemetry."
  };

  private boolean on;

  @Override
  public void setEnvironment(Environment environment) {
    on = !environment.getProperty(ENDPOINT, "").isEmpty();
  }

  @Override
  public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] wanted = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      wanted[i] = on || !isTracing(classes[i]);
    }
    return wanted;
  }

  private static boolean isTracing(@Nullable String name) {
    for (String prefix : TRACING) {
      if (name != null && name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
