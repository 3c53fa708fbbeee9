package org.espalier.service.platform;

import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * The port of its own that actuator and admin routes have where {@code management.server.port} names one: a second door
 * to the same web server, so that keys, scopes, limits, problems and traces are the same behind both.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
@Import(ManagementPortConfiguration.Endpoints.class)
class ManagementPortConfiguration {

  @Bean
  ManagementConnector managementConnector(Environment environment) {
    return new ManagementConnector(environment);
  }

  @Bean
  ManagementRoutesFilter managementRoutesFilter(ManagementConnector connector) {
    return new ManagementRoutesFilter(connector);
  }

  /** Spring's endpoints among the routes of this server, as without a port of their own; Spring hides the class. */
  static final class Endpoints implements ImportSelector {

    private static final String ON_THIS_SERVER =
        "org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration"
            + "$SameManagementContextConfiguration$EnableSameManagementContextConfiguration";

    @Override
    public String[] selectImports(AnnotationMetadata importing) {
      return new String[] {ON_THIS_SERVER};
    }
  }
}
