package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.UUID;
import org.espalier.embeddings.store.Catalogue.Kind;
import org.espalier.embeddings.store.Store;
import org.espalier.service.wire.Ids;
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
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/users}. */
@Tag(name = "catalogue")
@Needs(Scope.WRITE)
@RestController
class UserController {

  private final Records records;
  private final UserEvents userEvents;
  private final Store store;

  UserController(Records records, UserEvents userEvents, Store store) {
    this.records = records;
    this.userEvents = userEvents;
    this.store = store;
  }

  @Operation(
      summary = "Replace a user's record",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.class))))
  @PutMapping(
      path = "/v1/users/{id}",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> put(@PathVariable String id, HttpServletRequest request)
      throws IOException {
    return records.put(Kind.USER, requireId(id), request.getInputStream());
  }

  @Operation(summary = "Read a user's record")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/users/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  RecordView get(@PathVariable String id) {
    return records.find(Kind.USER, requireId(id)).orElseThrow(UserController::unknownUser);
  }

  @Operation(
      summary = "Erase a user",
      description =
          "Removes the user's events, history, edges and record, and forgets the id. Bytes leave the disk as the store"
              + " compacts its files, within a week.")
  @DeleteMapping(path = "/v1/users/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  ErasureView erase(@PathVariable String id) {
    return store
        .deleteUser(requireId(id))
        .map(removed -> ErasureView.completed(UUID.randomUUID().toString(), removed))
        .orElseThrow(UserController::unknownUser);
  }

  @Operation(
      summary = "Replace many users' records",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.Batch.class))))
  @PostMapping(
      path = "/v1/users:batch",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  BatchAccepted putAll(HttpServletRequest request) throws IOException {
    return records.putAll(Kind.USER, request.getInputStream(), "items", "users");
  }

  @Operation(
      summary = "List a user's events, newest first",
      description = "A user who is not known has no events.")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/users/{id}/events", produces = MediaType.APPLICATION_JSON_VALUE)
  EventPage events(
      @PathVariable String id,
      @RequestParam(required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return userEvents.page(requireId(id), type, cursor, limit);
  }

  private static String requireId(String id) {
    return Ids.require("the user's id", id);
  }

  private static ProblemException unknownUser() {
    return new ProblemException(
        ProblemCode.UNKNOWN_USER, "nothing is known of this id; ids are percent-encoded in paths");
  }
}
