package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.espalier.embeddings.store.Catalogue.Kind;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.Needs;
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

  @Operation(
      summary = "Replace an item's record",
      description =
          "If-Match with the record's ETag replaces only that version, If-None-Match: * only creates; else 412.",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.class))))
  @PutMapping(
      path = "/v1/items/{id}",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> put(@PathVariable String id, HttpServletRequest request)
      throws IOException {
    return records.put(Kind.ITEM, requireId(id), request);
  }

  @Operation(
      summary = "Read an item's record",
      description =
          "The answer's ETag names this version of it; sent as If-None-Match it saves reading the same one again (304).")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/items/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> get(@PathVariable String id, HttpServletRequest request) {
    return records.get(Kind.ITEM, requireId(id), request);
  }

  @Operation(
      summary = "Change parts of an item's record",
      description =
          "A merge patch (RFC 7396): what is left out stays, and null empties. Reading and writing are one step.",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = RecordDocument.class))))
  @PatchMapping(
      path = "/v1/items/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"},
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<RecordView> patch(@PathVariable String id, HttpServletRequest request)
      throws IOException {
    return records.patch(Kind.ITEM, requireId(id), request);
  }

  @Operation(
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

  @Operation(
      summary = "Delete an item",
      description =
          "The item leaves all rankings at once. Its events stay in its users' histories; putting a record brings it"
              + " back.")
  @DeleteMapping("/v1/items/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable String id, HttpServletRequest request) {
    records.deleteItem(requireId(id), request);
  }

  @Operation(
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
