package org.espalier.service.platform;

import java.net.InetAddress;
import java.util.Map;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/** Tomcat's second port. It comes last, so that whatever the first one is told it is told as well. */
final class ManagementConnector
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

  private final Environment environment;
  private final Connector connector = new Connector(TomcatWebServerFactory.DEFAULT_PROTOCOL);

  ManagementConnector(Environment environment) {
    this.environment = environment;
  }

  /** The port that it listens on, once it does. */
  int port() {
    return connector.getLocalPort();
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    if (factory.getSsl() != null || environment.containsProperty("management.server.ssl.bundle")) {
      throw new StartFailedException(
          "management.server.port cannot be used together with server.ssl.*: the port speaks plain HTTP; leave TLS to a"
              + " proxy, or leave management.server.port out");
    }
    connector.setPort(environment.getRequiredProperty("management.server.port", Integer.class));
    AbstractProtocol<?> protocol = (AbstractProtocol<?>) connector.getProtocolHandler();
    protocol.setAddress(address());
    factory.getProtocolHandlerCustomizers().forEach(customizer -> tell(customizer, protocol));
    factory.getConnectorCustomizers().forEach(customizer -> customizer.customize(connector));
    factory.addAdditionalConnectors(connector);
  }

  /** The public address, unless it has one of its own. */
  private InetAddress address() {
    Binder settings = Binder.get(environment);
    return settings
        .bind("management.server.address", InetAddress.class)
        .orElseGet(() -> settings.bind("server.address", InetAddress.class).get());
  }

  @SuppressWarnings("unchecked") // what Tomcat speaks here is HTTP, as on the first port
  private static void tell(
      TomcatProtocolHandlerCustomizer<?> customizer, AbstractProtocol<?> protocol) {
    ((TomcatProtocolHandlerCustomizer<AbstractProtocol<?>>) customizer).customize(protocol);
  }

  /** Says which port it is, under the name that Spring has for it. */
  @EventListener
  void listens(WebServerInitializedEvent event) {
    ConfigurableEnvironment settings =
        (ConfigurableEnvironment) event.getApplicationContext().getEnvironment();
    settings
        .getPropertySources()
        .addFirst(
            new MapPropertySource("management-port", Map.of("local.management.port", port())));
  }
}
