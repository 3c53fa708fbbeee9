package org.espalier.service.stream;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Arrays;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/dead-letters}; there only while Kafka is read. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
@ConditionalOnProperty("espalier.kafka.enabled")
class DeadLetterController {

  private static final int LIMIT_MAX = 1000;
  private static final int REPLAY_MAX = 100_000;

  private final DeadLetterBox box;
  private final ControlDatabase database;
  private final AuditLog audit;

  DeadLetterController(DeadLetterBox box, ControlDatabase database, AuditLog audit) {
    this.box = box;
    this.database = database;
    this.audit = audit;
  }

  @Operation(
      operationId = "listDeadLetters",
      summary = "List records that could not be stored",
      description =
          "By partition and offset of the dead letters' topic, with where each came from and why it failed.")
  @GetMapping(path = "/v1/admin/dead-letters", produces = MediaType.APPLICATION_JSON_VALUE)
  DeadLetterBox.Page list(
      @Parameter(
              description = "the topic that they belong to",
              schema = @Schema(allowableValues = {"events", "items", "users", "triples"}))
          @RequestParam(defaultValue = "events")
          String feed,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return box.page(feed(feed), cursor, within("limit", limit, LIMIT_MAX));
  }

  @Operation(
      operationId = "replayDeadLetters",
      summary = "Send dead letters to their topic again",
      description =
          "Sends those that were not replayed before, oldest first. One that fails again becomes a new dead letter.")
  @PostMapping(path = "/v1/admin/dead-letters:replay", produces = MediaType.APPLICATION_JSON_VALUE)
  DeadLetterBox.Replay replay(
      @Parameter(
              description = "the topic that they belong to",
              schema = @Schema(allowableValues = {"events", "items", "users", "triples"}))
          @RequestParam(defaultValue = "events")
          String feed,
      @Parameter(
              description = "the most letters that are sent",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int32",
                      defaultValue = "10000",
                      minimum = "1",
                      maximum = "100000"))
          @RequestParam(defaultValue = "10000")
          int limit) {
    Feed wanted = feed(feed);
    int most = within("limit", limit, REPLAY_MAX);
    database.requireOpen();
    return audit.record(
        "dead_letters.replay",
        "feed " + wanted.label(),
        "at most " + most,
        () -> box.replay(wanted, most));
  }

  private static Feed feed(String name) {
    return Arrays.stream(Feed.values())
        .filter(feed -> feed.label().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new ProblemException(
                ProblemCode.INVALID_VALUE, "feed must be events, items, users or triples"));
  }

  private static int within(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "%s must be 1 to %d".formatted(what, max));
    }
    return value;
  }
}
