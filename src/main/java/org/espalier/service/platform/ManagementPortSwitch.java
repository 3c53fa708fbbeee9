package org.espalier.service.platform;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out Spring's second web server, which would know neither the admin routes nor the filters and keys of the first:
 * {@link ManagementPortConfiguration} opens the port instead. Spring makes it by its class name.
 */
public final class ManagementPortSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

  private static final String SECOND_SERVER =
      "org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration";

  private boolean separate;

  @Override
  public void setEnvironment(Environment environment) {
    separate = ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
  }

  @Override
  public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] wanted = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      wanted[i] = !(separate && SECOND_SERVER.equals(classes[i]));
    }
    return wanted;
  }
}
