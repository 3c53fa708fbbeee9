package org.espalier.service.control;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Who asks for a change, for the audit log. */
public final class Caller {

  /** The service itself, or a command on its data folder. */
  private static final String SERVICE = "service";

  private Caller() {}

  /** The name of whoever is behind this thread's request. */
  public static String name() {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    return caller == null ? SERVICE : caller.getName();
  }

  static Optional<HttpServletRequest> request() {
    return RequestContextHolder.getRequestAttributes()
            instanceof ServletRequestAttributes attributes
        ? Optional.of(attributes.getRequest())
        : Optional.empty();
  }
}
