package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
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
              + " A user of whom the model knows nothing gets them by popularity.")
  @PostMapping(path = "/rank", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking rank(@RequestBody RankRequest request) {
    return ranker.rank(request);
  }

  @Operation(
      summary = "Recommend items to a user",
      description =
          "A user of whom the model knows nothing gets popular items, and fallback says so.")
  @PostMapping(path = "/recommend", consumes = MediaType.APPLICATION_JSON_VALUE)
  Ranking recommend(@RequestBody RecommendRequest request) {
    return ranker.recommend(request);
  }

  @Operation(summary = "Recommend items to a user, in short")
  @GetMapping("/recommend/{user_id}")
  Ranking recommend(
      @PathVariable("user_id") String userId, @RequestParam(defaultValue = "10") int n) {
    return ranker.recommend(new RecommendRequest(userId, n, null, null, null, null));
  }

  @Operation(
      summary = "Items that go with an item",
      description = "What a user would be recommended who has chosen this item and nothing else.")
  @GetMapping("/items/{id}/similar")
  Ranking similar(@PathVariable String id, @RequestParam(defaultValue = "10") int n) {
    return ranker.similar(id, n);
  }
}
