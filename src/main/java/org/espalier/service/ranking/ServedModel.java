package org.espalier.service.ranking;

import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.learning.mf.FoldIn;
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
 */
record ServedModel(
    int generation,
    String name,
    long logPosition,
    ArenaTable items,
    ArenaTable users,
    @Nullable FoldIn foldIn)
    implements AutoCloseable {

  int dim() {
    return items.dim();
  }

  @Override
  public void close() {
    try (items) {
      users.close();
    }
  }
}
