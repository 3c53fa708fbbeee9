package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vectors, in the order of the keys.
 *
 * @param generation the generation that they are of; null as long as there is none
 * @param dim length of each vector; 0 as long as there is no generation
 */
record LookupAnswer(@Nullable Integer generation, int dim, List<Embedding> embeddings) {

  /**
   * One vector.
   *
   * @param found false for an id that the table has no vector of
   * @param size dimensions that are stored; 0 for the table's default vector
   * @param vector an array of numbers or base64; null when not found
   */
  @Schema(name = "Embedding")
  record Embedding(
      LookupRequest.Table table,
      String id,
      boolean found,
      int size,
      @Schema(ref = "#/components/schemas/EmbeddingVector") @Nullable Object vector) {}
}
