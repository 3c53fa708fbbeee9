package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import org.espalier.embeddings.store.Catalogue.Kind;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
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
  private final RecordList list;
  private final UserEvents userEvents;
  private final Erasures erasures;

  UserController(Records records, RecordList list, UserEvents userEvents, Erasures erasures) {
    this.records = records;
    this.list = list;
    this.userEvents = userEvents;
    this.erasures = erasures;
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.INVALID_TIMESTAMP,
    ProblemCode.TOO_MANY_FIELDS,
    ProblemCode.FIELD_TOO_LARGE,
    ProblemCode.VERSION_MISMATCH,
    ProblemCode.VERSION_MISSING
  })
  @Operation(
      operationId = "putUser",
      summary = "Replace a user's record",
      description =
          "If-Match with the record's ETag replaces only that version, If-None-Match: * only creates; else 412.",
      parameters = {
        @Parameter(ref = "#/components/parameters/IfMatch"),
        @Parameter(ref = "#/components/parameters/IfNoneMatch")
      },
      responses = {
        @ApiResponse(
            responseCode = "200",
            description = "the record, replaced",
            headers = @Header(ref = "#/components/headers/ETag", name = "ETag"),
            useReturnTypeSchema = true),
        @ApiResponse(
            responseCode = "201",
            description = "the record, the first of its id",
            headers = @Header(ref = "#/components/headers/ETag", name = "ETag"),
            useReturnTypeSchema = true)
      },
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.class))))
  @PutMapping(
      path = "/v1/users/{id}",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> put(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request)
      throws IOException {
    return records.put(Kind.USER, requireId(id), request);
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.UNKNOWN_USER})
  @Operation(
      operationId = "getUser",
      summary = "Read a user's record",
      description =
          "The answer's ETag names this version of it; sent as If-None-Match it saves reading the same one again (304).",
      parameters = @Parameter(ref = "#/components/parameters/IfNoneMatch"),
      responses = {
        @ApiResponse(
            responseCode = "200",
            description = "the record",
            headers = @Header(ref = "#/components/headers/ETag", name = "ETag"),
            useReturnTypeSchema = true),
        @ApiResponse(
            responseCode = "304",
            description = "the reader has this version already",
            headers = @Header(ref = "#/components/headers/ETag", name = "ETag"))
      })
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/users/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> get(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request) {
    return records.get(Kind.USER, requireId(id), request);
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.INVALID_TIMESTAMP,
    ProblemCode.TOO_MANY_FIELDS,
    ProblemCode.FIELD_TOO_LARGE,
    ProblemCode.UNKNOWN_USER,
    ProblemCode.VERSION_MISMATCH,
    ProblemCode.VERSION_MISSING
  })
  @Operation(
      operationId = "patchUser",
      summary = "Change parts of a user's record",
      description =
          "A merge patch (RFC 7396): what is left out stays, and null empties. Reading and writing are one step.",
      parameters = @Parameter(ref = "#/components/parameters/IfMatch"),
      responses =
          @ApiResponse(
              responseCode = "200",
              description = "the record as it is now",
              headers = @Header(ref = "#/components/headers/ETag", name = "ETag"),
              useReturnTypeSchema = true),
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.Patch.class))))
  @PatchMapping(
      path = "/v1/users/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"},
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> patch(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request)
      throws IOException {
    return records.patch(Kind.USER, requireId(id), request);
  }

  @Operation(
      operationId = "listUsers",
      summary = "List the records of users",
      description =
          "In the order in which their ids were first seen; a page may hold fewer than limit.")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/users", produces = MediaType.APPLICATION_JSON_VALUE)
  RecordPage list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return list.page(Kind.USER, cursor, limit);
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.UNKNOWN_USER,
    ProblemCode.QUEUE_FULL,
    ProblemCode.JOB_CONFLICT
  })
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "eraseUser",
      summary = "Erase a user",
      description =
          "A job that removes the user's events, history, edges, record, vectors and dead letters, forgets the id, and says"
              + " what backups and topics still hold. Bytes leave the disk as the store compacts its files, within a week.")
  @DeleteMapping(path = "/v1/users/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<ErasureView> erase(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id) {
    ErasureView begun = erasures.begin(requireId(id));
    return ResponseEntity.accepted()
        .location(URI.create("/v1/admin/erasures/" + begun.erasureId()))
        .body(begun);
  }

  @Fails({ProblemCode.TOO_MANY_ELEMENTS, ProblemCode.ELEMENT_TOO_LARGE})
  @Operation(
      operationId = "putUsers",
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

  @Fails(ProblemCode.INVALID_ID)
  @Operation(
      operationId = "listUserEvents",
      summary = "List a user's events, newest first",
      description = "A user who is not known has no events.")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/users/{id}/events", produces = MediaType.APPLICATION_JSON_VALUE)
  EventPage events(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      @Parameter(
              description = "only events of this type",
              schema = @Schema(minLength = 1, maxLength = 512))
          @RequestParam(required = false)
          @Nullable String type,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return userEvents.page(requireId(id), type, cursor, limit);
  }

  private static String requireId(String id) {
    return Ids.require("the user's id", id);
  }
}
