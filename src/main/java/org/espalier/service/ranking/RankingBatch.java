package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * Rankings for several users.
 *
 * @param rankings in the order of the request's users
 */
@Schema(description = "A ranking for each user, in the order of the request")
record RankingBatch(List<Entry> rankings) {

  /** One user's ranking. */
  @Schema(name = "UserRanking")
  record Entry(@Schema(example = "u1") @JsonProperty("user_id") String userId, Ranking ranking) {}
}
