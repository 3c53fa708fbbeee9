package org.espalier.service.access;

import java.net.InetAddress;
import org.espalier.service.platform.StartFailedException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Stops a start that would let anybody in, or nobody: without a key the service listens to this machine alone. */
final class ListenAddress {

  ListenAddress(Environment environment, KeyRing ring) {
    if (ring.hasActiveKey()) {
      return;
    }
    requireLoopback("server.address", environment);
    if (environment.containsProperty("management.server.address")) { // else it is the same one
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
          "%s=%s is refused: without an active API key the service listens on loopback only; make one with"
                  .formatted(key, environment.getProperty(key, ""))
              + " ./espalier keys create --scopes admin, or set espalier.access.admin-key, or use 127.0.0.1");
    }
  }
}
