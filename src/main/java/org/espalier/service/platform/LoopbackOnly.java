package org.espalier.service.platform;

import java.net.InetAddress;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** The service has no keys yet, so whoever reaches it may do everything: it listens to this machine alone. */
@Component
class LoopbackOnly {

  LoopbackOnly(Environment environment) {
    requireLoopback("server.address", environment);
    if (!environment.getProperty("management.server.port", "").isEmpty()) {
      requireLoopback("management.server.address", environment);
    }
  }

  private static void requireLoopback(String key, Environment environment) {
    boolean loopback =
        Binder.get(environment)
            .bind(key, InetAddress.class)
            .map(InetAddress::isLoopbackAddress)
            .orElse(false); // unset means every address of the machine
    if (!loopback) {
      throw new StartFailedException(
          "%s=%s is refused: without API keys the service listens on loopback only; use 127.0.0.1"
              .formatted(key, environment.getProperty(key, "")));
    }
  }
}
