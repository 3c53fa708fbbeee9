package org.espalier.service.generations;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two generations side by side.
 *
 * @param metrics by name; those that only one of them has, too
 * @param rankings null when one of them has no vectors of users and items
 */
@Schema(name = "GenerationComparison")
record Comparison(
    Side a,
    Side b,
    Map<String, Values> metrics,
    @Nullable Rankings rankings,
    @JsonProperty("took_ms") long tookMs) {

  /**
   * One of them.
   *
   * @param bytes of all rows as they are stored
   */
  @Schema(name = "ComparedGeneration")
  record Side(int generation, String model, long bytes, List<GenerationView.Table> tables) {}

  /**
   * A metric.
   *
   * @param change from a to b
   */
  @Schema(name = "ComparedMetric")
  record Values(@Nullable Double a, @Nullable Double b, @Nullable Double change) {}

  /**
   * How alike their rankings are.
   *
   * @param users how many users were asked about, that both know
   * @param overlap mean share of a user's top k that both have
   * @param sameFirst share of the users whose first item is the same
   * @param enters items that b ranks for many more of these users than a, most first
   * @param leaves items that b ranks for many fewer of these users than a, most first
   */
  @Schema(name = "ComparedRankings")
  record Rankings(
      int users,
      int k,
      double overlap,
      @JsonProperty("same_first") double sameFirst,
      List<Mover> enters,
      List<Mover> leaves) {}

  /**
   * An item that moves.
   *
   * @param inA users whose top k has it in a
   * @param inB users whose top k has it in b
   */
  @Schema(name = "Mover")
  record Mover(
      @JsonProperty("item_id") String itemId,
      @JsonProperty("in_a") int inA,
      @JsonProperty("in_b") int inB) {}
}
