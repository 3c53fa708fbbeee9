package org.espalier.service.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.espalier.service.wire.Scope;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * A key as it may be shown.
 *
 * @param requestsPerS its own limit; null for the setting
 */
@Schema(name = "Key", description = "An API key without its secret")
public record KeyView(
    @Schema(example = "5f0c1d2e3a4b") @JsonProperty("key_id") String keyId,
    @Schema(example = "web shop") String name,
    @Schema(example = "[\"read\",\"write\"]") List<String> scopes,
    @Schema(allowableValues = {"active", "expired", "revoked"}) String status,
    @JsonProperty("requests_per_s") @Nullable Integer requestsPerS,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("created_by") String createdBy,
    @JsonProperty("expires_at") @Nullable String expiresAt,
    @JsonProperty("revoked_at") @Nullable String revokedAt) {

  static KeyView of(KeyRow row, long nowMs) {
    return new KeyView(
        row.keyId(),
        row.name(),
        row.scopeSet().stream().map(Scope::text).toList(),
        row.status(nowMs).name().toLowerCase(Locale.ROOT),
        row.requestsPerS(),
        Timestamps.format(row.createdMs()),
        row.createdBy(),
        row.expiresMs() == null ? null : Timestamps.format(row.expiresMs()),
        row.revokedMs() == null ? null : Timestamps.format(row.revokedMs()));
  }
}
