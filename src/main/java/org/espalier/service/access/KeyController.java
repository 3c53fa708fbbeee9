package org.espalier.service.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/keys}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class KeyController {

  private final Keys keys;
  private final KeyRing ring;

  KeyController(Keys keys, KeyRing ring) {
    this.keys = keys;
    this.ring = ring;
  }

  @Fails({ProblemCode.MISSING_FIELD, ProblemCode.INVALID_TIMESTAMP, ProblemCode.LAST_ADMIN_KEY})
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      operationId = "createKey",
      summary = "Make an API key",
      description =
          "The answer shows the key, once. From the first key on every request needs one, so that the first must have the"
              + " scope admin.")
  @PostMapping(
      path = "/v1/admin/keys",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<KeyCreated> create(@RequestBody KeyRequest request) {
    Set<Scope> scopes = scopes(required("scopes", request.scopes()));
    if (ring.isOpen() && !scopes.contains(Scope.ADMIN)) {
      throw new ProblemException(
          ProblemCode.LAST_ADMIN_KEY,
          "the first key must have the scope admin: from then on nobody without one can make another");
    }
    KeyCreated created =
        keys.create(
            new Keys.Wanted(
                required("name", request.name()),
                scopes,
                instant(request.expiresAt()),
                request.requestsPerS()));
    return ResponseEntity.created(URI.create("/v1/admin/keys/" + created.keyId())).body(created);
  }

  @Operation(
      operationId = "listKeys",
      summary = "List the API keys, oldest first, with revoked and expired ones")
  @GetMapping(path = "/v1/admin/keys", produces = MediaType.APPLICATION_JSON_VALUE)
  KeyList list() {
    return new KeyList(keys.list());
  }

  @Fails({ProblemCode.UNKNOWN_KEY, ProblemCode.LAST_ADMIN_KEY})
  @Operation(
      operationId = "revokeKey",
      summary = "Revoke an API key",
      description =
          "At once, and for good. The last key with the scope admin cannot be revoked here.")
  @DeleteMapping(path = "/v1/admin/keys/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  KeyView revoke(
      @Parameter(description = "the key's id", schema = @Schema(minLength = 1, maxLength = 64))
          @PathVariable
          String id) {
    if (!ring.hasAdminBeside(id) && keys.list().stream().anyMatch(key -> key.keyId().equals(id))) {
      throw new ProblemException(
          ProblemCode.LAST_ADMIN_KEY,
          "this is the last key with the scope admin; make another one first");
    }
    return keys.revoke(id);
  }

  private static <T> T required(String what, @Nullable T value) {
    if (value == null) {
      throw new ProblemException(ProblemCode.MISSING_FIELD, what + " is missing");
    }
    return value;
  }

  private static Set<Scope> scopes(List<String> names) {
    EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : names) {
      scopes.add(
          Scope.of(name)
              .orElseThrow(() ->
                  new ProblemException(
                      ProblemCode.INVALID_VALUE, "scopes are read, write and admin")));
    }
    return scopes;
  }

  private static @Nullable Long instant(@Nullable String text) {
    try {
      return text == null
          ? null
          : DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          ProblemCode.INVALID_TIMESTAMP, "expires_at must be RFC 3339, as 2027-01-31T12:00:00Z");
    }
  }

  /** Body of {@code POST /v1/admin/keys}. */
  @Schema(name = "KeyRequest")
  record KeyRequest(
      @Schema(requiredMode = RequiredMode.REQUIRED, maxLength = 64, example = "web shop")
          @JsonProperty(required = true)
          @Nullable String name,
      @ArraySchema(
              arraySchema =
                  @Schema(requiredMode = RequiredMode.REQUIRED, example = "[\"read\",\"write\"]"),
              schema = @Schema(allowableValues = {"read", "write", "admin"}))
          @JsonProperty(required = true)
          @Nullable List<String> scopes,
      @Schema(description = "RFC 3339; never when left out", type = "string", format = "date-time")
          @JsonProperty("expires_at")
          @Nullable String expiresAt,
      @Schema(
              description = "its own limit; the setting's when left out",
              minimum = "1",
              maximum = "1000000",
              example = "100")
          @JsonProperty("requests_per_s")
          @Nullable Integer requestsPerS) {}

  @Schema(name = "KeyList")
  record KeyList(List<KeyView> items) {}
}
