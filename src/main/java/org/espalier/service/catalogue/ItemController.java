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
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/items}. */
@Tag(name = "catalogue")
@Needs(Scope.WRITE)
@RestController
class ItemController {

  private final Records records;

  ItemController(Records records) {
    this.records = records;
  }

  @Operation(
      summary = "Replace an item's record",
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
    return records.put(Kind.ITEM, Ids.require("the item's id", id), request.getInputStream());
  }

  @Operation(summary = "Read an item's record")
  @Needs(Scope.READ)
  @GetMapping(path = "/v1/items/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  RecordView get(@PathVariable String id) {
    return records
        .find(Kind.ITEM, Ids.require("the item's id", id))
        .orElseThrow(ItemController::unknownItem);
  }

  @Operation(
      summary = "Delete an item",
      description =
          "The item leaves all rankings at once. Its events stay in its users' histories; putting a record brings it"
              + " back.")
  @DeleteMapping("/v1/items/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable String id) {
    if (!records.deleteItem(Ids.require("the item's id", id))) {
      throw unknownItem();
    }
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

  private static ProblemException unknownItem() {
    return new ProblemException(
        ProblemCode.UNKNOWN_ITEM, "no record has this id; ids are percent-encoded in paths");
  }
}
