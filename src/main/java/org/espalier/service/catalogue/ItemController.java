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

/** {@code /v1/items}. */
@Tag(name = "catalogue")
@Needs(Scope.WRITE)
@RestController
class ItemController {

  private final Records records;
  private final RecordList list;

  ItemController(Records records, RecordList list) {
    this.records = records;
    this.list = list;
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
      operationId = "putItem",
      summary = "Replace an item's record",
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
      path = "/v1/items/{id}",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> put(
      @Parameter(description = "the item's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request)
      throws IOException {
    return records.put(Kind.ITEM, requireId(id), request);
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.UNKNOWN_ITEM})
  @Operation(
      operationId = "getItem",
      summary = "Read an item's record",
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
  @GetMapping(path = "/v1/items/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> get(
      @Parameter(description = "the item's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request) {
    return records.get(Kind.ITEM, requireId(id), request);
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.INVALID_TIMESTAMP,
    ProblemCode.TOO_MANY_FIELDS,
    ProblemCode.FIELD_TOO_LARGE,
    ProblemCode.UNKNOWN_ITEM,
    ProblemCode.VERSION_MISMATCH,
    ProblemCode.VERSION_MISSING
  })
  @Operation(
      operationId = "patchItem",
      summary = "Change parts of an item's record",
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
      path = "/v1/items/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"},
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> patch(
      @Parameter(description = "the item's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request)
      throws IOException {
    return records.patch(Kind.ITEM, requireId(id), request);
  }

  @Operation(
      operationId = "listItems",
      summary = "List the records of items",
      description =
          "In the order in which their ids were first seen; a page may hold fewer than limit.")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/items", produces = MediaType.APPLICATION_JSON_VALUE)
  RecordPage list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return list.page(Kind.ITEM, cursor, limit);
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.UNKNOWN_ITEM,
    ProblemCode.VERSION_MISMATCH,
    ProblemCode.VERSION_MISSING
  })
  @Operation(
      operationId = "deleteItem",
      summary = "Delete an item",
      description =
          "The item leaves all rankings at once. Its events stay in its users' histories; putting a record brings it"
              + " back.",
      parameters = @Parameter(ref = "#/components/parameters/IfMatch"))
  @DeleteMapping("/v1/items/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @Parameter(description = "the item's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      HttpServletRequest request) {
    records.deleteItem(requireId(id), request);
  }

  @Fails({ProblemCode.TOO_MANY_ELEMENTS, ProblemCode.ELEMENT_TOO_LARGE})
  @Operation(
      operationId = "putItems",
      summary = "Replace many items' records",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.Batch.class))))
  @PostMapping(
      path = "/v1/items:batch",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  BatchAccepted putAll(HttpServletRequest request) throws IOException {
    return records.putAll(Kind.ITEM, request.getInputStream(), "items");
  }

  private static String requireId(String id) {
    return Ids.require("the item's id", id);
  }
}
