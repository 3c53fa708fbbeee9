package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/erasures}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class ErasureController {

  private final Erasures erasures;

  ErasureController(Erasures erasures) {
    this.erasures = erasures;
  }

  @Operation(
      operationId = "listErasures",
      summary = "List erasures of users, newest first",
      description = "They do not say whom they are about: that is erased.")
  @GetMapping(path = "/v1/admin/erasures", produces = MediaType.APPLICATION_JSON_VALUE)
  ErasurePage list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return erasures.list(cursor, limit);
  }

  @Fails(ProblemCode.UNKNOWN_ERASURE)
  @Operation(
      operationId = "getErasure",
      summary = "Read how an erasure stands",
      description = "With what was removed, and what backups and topics still hold.")
  @GetMapping(path = "/v1/admin/erasures/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ErasureView get(
      @Parameter(
              description = "the erasure's id, as the answer to the deletion gave it",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return erasures.find(id);
  }
}
