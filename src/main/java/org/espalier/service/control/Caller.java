package org.espalier.service.control;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Who asks for a change, for the audit log. */
public final class Caller {

  /** Whoever reaches the loopback address while there are no keys. */
  private static final String LOCAL = "local";

  /** The service itself. */
  private static final String SERVICE = "service";

  private Caller() {}

  /** The name of whoever is behind this thread's request. */
  public static String name() {
    return request().isPresent() ? LOCAL : SERVICE;
  }

  static Optional<HttpServletRequest> request() {
    return RequestContextHolder.getRequestAttributes()
            instanceof ServletRequestAttributes attributes
        ? Optional.of(attributes.getRequest())
        : Optional.empty();
  }
}
