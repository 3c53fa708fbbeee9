package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.Triple;
import org.espalier.service.decode.TripleDecoder;
import org.espalier.service.platform.RefusedElements;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/triples:batch}. */
@Tag(name = "catalogue")
@Needs(Scope.WRITE)
@RestController
class TripleController {

  private final ElementReader elements;
  private final TripleDecoder decoder;
  private final Store store;
  private final ObjectProvider<RefusedElements> keepers;

  TripleController(
      ElementReader elements,
      TripleDecoder decoder,
      Store store,
      ObjectProvider<RefusedElements> keepers) {
    this.keepers = keepers;
    this.elements = elements;
    this.decoder = decoder;
    this.store = store;
  }

  @Fails({ProblemCode.TOO_MANY_ELEMENTS, ProblemCode.ELEMENT_TOO_LARGE})
  @Operation(
      operationId = "putTriples",
      summary = "Store facts between entities",
      description = "A triple with the same head, relation and tail as a stored one replaces it.",
      requestBody =
          @RequestBody(
              required = true,
              content = @Content(schema = @Schema(implementation = TripleDocument.Batch.class))))
  @PostMapping(
      path = "/v1/triples:batch",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  BatchAccepted putAll(HttpServletRequest request) throws IOException {
    long startNs = System.nanoTime();
    Batch<Triple> batch =
        elements.readArrayField(
            request.getInputStream(), (parser, _) -> decoder.decode(parser), "triples");
    if (!batch.accepted().isEmpty()) {
      store.putTriples(batch.accepted());
    }
    keepers.ifAvailable(keeper -> keeper.take(RefusedElements.Kind.TRIPLE, batch.refused()));
    return BatchAccepted.since(startNs, batch.accepted().size(), batch.rejected());
  }
}
