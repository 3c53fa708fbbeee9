package org.espalier.service.generations;

import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.function.IntPredicate;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.ExactSearch;
import org.espalier.embeddings.store.Generations;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.service.platform.MfGeneration;

/** The top items of some users in one generation, which is in memory only meanwhile. */
final class TopLists {

  private TopLists() {}

  /**
   * Ranks all items for each user.
   *
   * @param users whose rows the generation has
   * @return (users, at most k) entity ids, best first
   */
  static int[][] of(Generations generations, int number, int[] users, int k) {
    IntSet wanted = IntSet.of(users);
    try (ArenaTable asked = load(generations, number, MfGeneration.USERS, wanted::contains);
        ArenaTable items = load(generations, number, MfGeneration.ITEMS, _ -> true)) {
      int[][] lists = new int[users.length][];
      float[] query = new float[asked.dim()];
      for (int u = 0; u < users.length; u++) {
        asked.copyVector(users[u], query, 0);
        lists[u] = ExactSearch.search(items, query, k, null, null).tokens();
      }
      return lists;
    }
  }

  private static ArenaTable load(
      Generations generations, int number, String name, IntPredicate wanted) {
    TableHeader header = generations.header(number, name);
    ArenaTable table = ArenaTable.create(header.shape(), header.basis(), header.defaultRow());
    try {
      float[] row = new float[table.dim()];
      generations.rows(
          number,
          name,
          (token, size, encoding, payload) -> {
            if (wanted.test(token)) {
              table.publish(token, encoding, payload, row, size);
            }
          });
      return table;
    } catch (RuntimeException e) {
      try (table) {
        throw e;
      }
    }
  }
}
