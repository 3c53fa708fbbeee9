package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The routes that answer rankings. */
@Tag(name = "ranking")
@Needs(Scope.READ)
@RestController
@RequestMapping(path = "/v1", produces = MediaType.APPLICATION_JSON_VALUE)
class RankingController {

  private final Ranker ranker;

  RankingController(Ranker ranker) {
    this.ranker = ranker;
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.INVALID_CURSOR, ProblemCode.TOO_MANY_ELEMENTS})
  @Operation(
      operationId = "rank",
      summary = "Put candidates in order for a user",
      description =
          "Candidates that nothing can be said about are named in unknown_items; hidden and deleted ones are left out."
              + " A user of whom the model knows nothing gets them by what fallback says.")
  @PostMapping(path = "/rank", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking rank(@RequestBody RankRequest request) {
    return ranker.rank(request);
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.INVALID_CURSOR, ProblemCode.TOO_MANY_ELEMENTS})
  @Operation(
      operationId = "recommend",
      summary = "Recommend items to a user",
      description =
          "A user of whom the model knows nothing gets what those with the same attributes like, or popular items, and"
              + " fallback says so. Pages continue each other within a generation: send the same request with next_cursor"
              + " for cursor, and the user's later events move no page.")
  @PostMapping(path = "/recommend", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking recommend(@RequestBody RecommendRequest request) {
    return ranker.recommend(request);
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.TOO_MANY_ELEMENTS})
  @Operation(
      operationId = "recommendToMany",
      summary = "Recommend items to several users",
      description =
          "As for one user, with one pass over the catalogue for all that the model knows.")
  @PostMapping(path = "/recommend:batch", consumes = MediaType.APPLICATION_JSON_VALUE)
  RankingBatch recommend(@RequestBody RecommendBatchRequest request) {
    return ranker.recommend(request);
  }

  @Fails(ProblemCode.INVALID_ID)
  @Operation(operationId = "recommendToUser", summary = "Recommend items to a user, in short")
  @GetMapping("/recommend/{user_id}")
  Ranking recommend(
      @Parameter(description = "the user's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable("user_id")
          String userId,
      @Parameter(
              description = "how many items",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int32",
                      defaultValue = "10",
                      minimum = "1",
                      maximum = "1000"))
          @RequestParam(defaultValue = "10")
          int n) {
    return ranker.recommend(RecommendRequest.of(userId, n));
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.UNKNOWN_ITEM})
  @Operation(
      operationId = "similarItems",
      summary = "Items that go with an item",
      description = "What a user would be recommended who has chosen this item and nothing else.")
  @GetMapping("/items/{id}/similar")
  Ranking similar(
      @Parameter(description = "the item's id", schema = @Schema(minLength = 1, maxLength = 512))
          @PathVariable
          String id,
      @Parameter(
              description = "how many items",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int32",
                      defaultValue = "10",
                      minimum = "1",
                      maximum = "1000"))
          @RequestParam(defaultValue = "10")
          int n) {
    return ranker.similar(id, n);
  }
}
