package org.espalier.service.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.URI;
import org.espalier.service.wire.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Finds out with what a request comes: a key in {@code Authorization: Bearer} or {@code X-API-Key}; or, while there are no
 * keys, that it comes from this machine. What comes over the loopback address may still be a web page's doing: one that
 * had its own name resolve to it, or one that just sends a form. Both name the page, so they are refused.
 */
final class KeyConverter implements AuthenticationConverter {

  static final String HEADER = "X-API-Key";

  private static final String BEARER = "Bearer ";

  private final KeyRing ring;

  KeyConverter(KeyRing ring) {
    this.ring = ring;
  }

  /** Null for a request without a key. */
  @Override
  public @Nullable Authentication convert(HttpServletRequest request) {
    if (ring.isOpen()) {
      requireLocal(request);
      return ring.local();
    }
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    String plain = request.getHeader(HEADER);
    if (authorization == null) {
      return plain == null ? null : new PresentedKey(plain.strip());
    }
    if (plain != null) {
      throw invalid("send Authorization or X-API-Key, not both");
    }
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw invalid("send the key as Authorization: Bearer, or as X-API-Key");
    }
    return new PresentedKey(authorization.substring(BEARER.length()).strip());
  }

  private static RefusedException invalid(String detail) {
    return new RefusedException(ProblemCode.KEY_INVALID, detail);
  }

  private static void requireLocal(HttpServletRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (!isLoopback(request.getRemoteAddr())
        || !isLoopback(request.getServerName())
        || (origin != null && !isLoopbackOrigin(origin))) {
      throw new RefusedException(
          ProblemCode.LOCAL_ONLY,
          "without API keys only requests of this machine to localhost or 127.0.0.1 are answered; ./espalier admin keys"
              + " create makes a key");
    }
  }

  private static boolean isLoopbackOrigin(String origin) {
    try {
      String host = URI.create(origin).getHost();
      return host != null && isLoopback(host);
    } catch (IllegalArgumentException e) {
      return false; // "null" is what a page of unknown origin sends
    }
  }

  private static boolean isLoopback(@Nullable String host) {
    if (host == null) {
      return false;
    }
    if (host.equals("127.0.0.1") || host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host.replace("[", "").replace("]", "")).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name: whoever owns it decides where it points
    }
  }
}
