package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Items in order, best first.
 *
 * @param rankingId names this ranking; send it with the events that it leads to
 * @param generation the generation that answered; null as long as there is none
 * @param tookMs time that the service spent
 * @param variant of the experiment that the user takes part in; null for none
 * @param fallback what answered when the model knew nothing of the user: {@code attributes}, {@code popular_segment} or
 *     {@code popular}; null when it knew enough
 * @param unknownItems candidates that nothing can be said about, in the order of the request
 * @param applied position of the log that the ranking has seen, at least
 * @param nextCursor where it goes on; null at its end
 */
@Schema(description = "Items in order, best first")
record Ranking(
    @Schema(description = "send it with the events that this ranking leads to")
        @JsonProperty("ranking_id")
        String rankingId,
    @Schema(example = "17") @Nullable Integer generation,
    @Schema(description = "the user's part in an experiment", example = "A", nullable = true)
        @Nullable String variant,
    @Schema(example = "4") @JsonProperty("took_ms") long tookMs,
    @Schema(
            description =
                "what answered in the model's place: attributes, popular_segment or popular; null when the model did",
            nullable = true)
        @Nullable String fallback,
    @Schema(description = "candidates that nothing can be said about")
        @JsonProperty("unknown_items")
        List<String> unknownItems,
    @Schema(description = "position of the log that this ranking has seen", example = "42")
        long applied,
    List<Entry> items,
    @Schema(description = "where the ranking goes on; null at its end", nullable = true)
        @JsonProperty("next_cursor")
        @Nullable String nextCursor) {

  /** The mean of users with the same attributes stood for the user. */
  static final String ATTRIBUTES = "attributes";

  /** Popularity among users who share a value of the field that the request names. */
  static final String POPULAR_SEGMENT = "popular_segment";

  /** Popularity. */
  static final String POPULAR = "popular";

  /**
   * One item.
   *
   * @param rank from 1, over all pages
   * @param source what scored it: a model's name, {@code popular} or {@code popular_segment}
   * @param size dimensions that the item's vector stores; 0 when it has none
   * @param explain why, for the first items of a request that asks for it
   */
  @Schema(name = "RankedItem")
  record Entry(
      @Schema(example = "i2") String id,
      @Schema(example = "0.91") float score,
      @Schema(example = "1") int rank,
      @Schema(example = "mf") String source,
      @Schema(example = "64") int size,
      @Schema(description = "for the first items of a request that asks for it")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Explain explain) {}

  /**
   * Why an item was ranked.
   *
   * @param paths the strongest ones from the user to the item, best first; none when the model knows no graph
   */
  @Schema(name = "RankedItemExplanation")
  record Explain(List<Path> paths) {}

  /**
   * A path through the knowledge graph.
   *
   * @param weight the product of the hops' weights
   */
  @Schema(name = "ExplanationPath")
  record Path(@Schema(example = "0.12") double weight, List<Hop> hops) {}

  /**
   * One edge of a path.
   *
   * @param from id of a user or an entity
   * @param inverse whether the edge is that of the relation from {@code to} to {@code from}
   * @param to where the next hop begins
   * @param weight the share of the attention of {@code from} that the edge has
   */
  @Schema(name = "ExplanationHop")
  record Hop(
      @Schema(example = "u1") String from,
      @Schema(example = "interacts") String relation,
      boolean inverse,
      @Schema(example = "i7") String to,
      @Schema(example = "0.4") float weight) {}
}
