package org.espalier.service.control;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Objects;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/admin/audit}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class AuditController {

  private final ControlDatabase database;
  private final AuditRepository entries;
  private final Instance instance;

  AuditController(ControlDatabase database, AuditRepository entries, Instance instance) {
    this.database = database;
    this.entries = entries;
    this.instance = instance;
  }

  @Operation(
      operationId = "listAudit",
      summary = "List the changes that were asked for, newest first",
      description = "Refused ones are among them: outcome is done, started, or a problem's code.")
  @GetMapping(path = "/v1/admin/audit", produces = MediaType.APPLICATION_JSON_VALUE)
  AuditPage list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    Page page = Page.of(cursor, limit);
    database.requireOpen();
    List<AuditEntry> found = entries.page(instance.id(), page.before(), page.limit() + 1);
    return new AuditPage(
        page.cut(found).stream().map(AuditController::view).toList(),
        page.next(found, entry -> Objects.requireNonNull(entry.id())));
  }

  private static AuditView view(AuditEntry entry) {
    return new AuditView(
        Objects.requireNonNull(entry.id()),
        Timestamps.format(entry.atMs()),
        entry.caller(),
        entry.operation(),
        entry.target(),
        entry.detail(),
        entry.outcome(),
        entry.traceId());
  }

  @Schema(name = "AuditPage")
  record AuditPage(
      List<AuditView> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}

  @Schema(name = "AuditEntry")
  record AuditView(
      long id,
      String at,
      String caller,
      @Schema(example = "generation.activate") String operation,
      @Schema(example = "generation 3") String target,
      String detail,
      @Schema(example = "done") String outcome,
      @JsonProperty("trace_id") @Nullable String traceId) {}
}
