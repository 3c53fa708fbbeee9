package org.espalier.service.access;

import org.espalier.service.wire.Bounds;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may use the service; keys themselves are made by {@code ./espalier keys create} or {@code POST /v1/admin/keys}.
 *
 * @param adminKey a key with the scope admin that is not in the database, for deployments that bring their secrets along;
 *     at least 32 characters of a good random source; none when it is not set
 * @param requestsPerS requests that a key may make in a second, unless it was made with a limit of its own; a key may save
 *     up two seconds' worth
 * @param failuresPerMinute wrong keys of one address that are answered with 401 in a minute; further ones get 429
 */
@ConfigurationProperties("espalier.access")
public record AccessProperties(
    @Nullable String adminKey,
    @DefaultValue("5000") int requestsPerS,
    @DefaultValue("20") int failuresPerMinute) {

  private static final int ADMIN_KEY_LENGTH_MIN = 32;
  private static final int ADMIN_KEY_LENGTH_MAX = 512;

  public AccessProperties {
    Bounds.check("espalier.access.requests-per-s", requestsPerS, 1, 1_000_000);
    Bounds.check("espalier.access.failures-per-minute", failuresPerMinute, 1, 100_000);
    if (adminKey != null && adminKey.isEmpty()) {
      adminKey = null; // an environment variable that is set to nothing
    }
    // The messages leave out the key: they end up in logs.
    if (adminKey != null
        && (adminKey.length() < ADMIN_KEY_LENGTH_MIN || adminKey.length() > ADMIN_KEY_LENGTH_MAX)) {
      throw new IllegalArgumentException(
          "espalier.access.admin-key must have %d to %d characters; `openssl rand -hex 32` makes one"
              .formatted(ADMIN_KEY_LENGTH_MIN, ADMIN_KEY_LENGTH_MAX));
    }
    if (adminKey != null && !adminKey.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException(
          "espalier.access.admin-key must have visible ASCII characters only");
    }
  }

  @Override
  public String toString() {
    return "AccessProperties[requestsPerS=%d, failuresPerMinute=%d]"
        .formatted(requestsPerS, failuresPerMinute);
  }
}
