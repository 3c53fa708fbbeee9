package org.espalier.service.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A new key.
 *
 * @param key the key itself, which is shown this once
 */
@Schema(name = "KeyCreated", description = "A new API key; the key itself is shown this once")
public record KeyCreated(
    String key,
    @JsonProperty("key_id") String keyId,
    String name,
    List<String> scopes,
    @JsonProperty("expires_at") @Nullable String expiresAt) {

  static KeyCreated of(KeyView view, String key) {
    return new KeyCreated(key, view.keyId(), view.name(), view.scopes(), view.expiresAt());
  }

  /** Not the secret: this ends up in logs. */
  @Override
  public String toString() {
    return "key " + keyId;
  }
}
