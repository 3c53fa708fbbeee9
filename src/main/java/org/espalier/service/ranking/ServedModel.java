package org.espalier.service.ranking;

import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.learning.mf.FoldIn;
import org.espalier.service.platform.LiveVectors;
import org.jspecify.annotations.Nullable;

/**
 * A generation as it serves.
 *
 * @param generation its number
 * @param name the model's, as answers give it for their source
 * @param logPosition the log's last sequence that it was trained on
 * @param items vectors by entity id
 * @param users vectors by user id; without rows when the generation has none
 * @param foldIn makes a user's vector of items' vectors; null for vectors of which nobody says how
 * @param live keeps the tables true to what comes in; null for tables that stay as they are
 */
record ServedModel(
    int generation,
    String name,
    long logPosition,
    ArenaTable items,
    ArenaTable users,
    @Nullable FoldIn foldIn,
    LiveVectors.@Nullable Session live)
    implements AutoCloseable {

  /** Of tables that stay as they are. */
  ServedModel(
      int generation,
      String name,
      long logPosition,
      ArenaTable items,
      ArenaTable users,
      @Nullable FoldIn foldIn) {
    this(generation, name, logPosition, items, users, foldIn, null);
  }

  int dim() {
    return items.dim();
  }

  /** Scores candidates, NaN for those that have no vector. */
  void score(float[] user, int[] entities, int count, float[] scores) {
    items.score(user, entities, count, scores);
    if (live != null) {
      live.scoreOthers(user, entities, count, scores);
    }
  }

  /**
   * Position of the log that a ranking by this model has seen.
   *
   * @param now the log's last sequence before it began
   */
  long applied(long now) {
    return live == null ? now : Math.min(now, live.appliedSequence());
  }

  @Override
  public void close() {
    try (items;
        users;
        live) {
      // the refresh ends before the tables that it writes to
    }
  }
}
