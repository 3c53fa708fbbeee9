package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/embeddings:lookup}. */
@Tag(name = "ranking")
@Needs(Scope.READ)
@RestController
class LookupController {

  private final Lookup lookup;

  LookupController(Lookup lookup) {
    this.lookup = lookup;
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.TOO_MANY_ELEMENTS})
  @Operation(
      operationId = "lookUpEmbeddings",
      summary = "Read vectors of the active generation",
      description =
          "Vectors come in the model's space, whatever size is stored. base64_f32 is little-endian IEEE single"
              + " precision. A user's vector is the trained one, without what happened since.")
  @PostMapping(
      path = "/v1/embeddings:lookup",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  LookupAnswer lookup(@RequestBody LookupRequest request) {
    return lookup.find(request);
  }
}
