package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.espalier.service.wire.Needs;
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

  @Operation(
      summary = "Put candidates in order for a user",
      description =
          "Candidates that nothing can be said about are named in unknown_items; hidden and deleted ones are left out."
              + " A user of whom the model knows nothing gets them by what fallback says.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      schema = @Schema(implementation = RankRequest.class),
                      examples = {
                        @ExampleObject(name = "candidates", value = RankingExamples.CANDIDATES),
                        @ExampleObject(
                            name = "without a user",
                            value = RankingExamples.CANDIDATES_FOR_HISTORY)
                      })))
  @PostMapping(path = "/rank", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking rank(@RequestBody RankRequest request) {
    return ranker.rank(request);
  }

  @Operation(
      summary = "Recommend items to a user",
      description =
          "A user of whom the model knows nothing gets what those with the same attributes like, or popular items, and"
              + " fallback says so. Pages continue each other within a generation: send the same request with next_cursor"
              + " for cursor, and the user's later events move no page.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      schema = @Schema(implementation = RecommendRequest.class),
                      examples = {
                        @ExampleObject(name = "a user", value = RankingExamples.USER),
                        @ExampleObject(name = "filters", value = RankingExamples.FILTERS),
                        @ExampleObject(name = "exclusions", value = RankingExamples.EXCLUSIONS),
                        @ExampleObject(name = "diversity", value = RankingExamples.DIVERSITY),
                        @ExampleObject(name = "without a user", value = RankingExamples.HISTORY),
                        @ExampleObject(name = "a segment", value = RankingExamples.SEGMENT)
                      })))
  @PostMapping(path = "/recommend", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking recommend(@RequestBody RecommendRequest request) {
    return ranker.recommend(request);
  }

  @Operation(
      summary = "Recommend items to several users",
      description =
          "As for one user, with one pass over the catalogue for all that the model knows.")
  @PostMapping(path = "/recommend:batch", consumes = MediaType.APPLICATION_JSON_VALUE)
  RankingBatch recommend(@RequestBody RecommendBatchRequest request) {
    return ranker.recommend(request);
  }

  @Operation(summary = "Recommend items to a user, in short")
  @GetMapping("/recommend/{user_id}")
  Ranking recommend(
      @PathVariable("user_id") String userId, @RequestParam(defaultValue = "10") int n) {
    return ranker.recommend(RecommendRequest.of(userId, n));
  }

  @Operation(
      summary = "Items that go with an item",
      description = "What a user would be recommended who has chosen this item and nothing else.")
  @GetMapping("/items/{id}/similar")
  Ranking similar(@PathVariable String id, @RequestParam(defaultValue = "10") int n) {
    return ranker.similar(id, n);
  }
}
