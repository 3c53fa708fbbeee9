package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;

/** A request's candidates as entity ids: each once, and only those that may pass. */
final class Candidates {

  private final Int2ObjectOpenHashMap<String> ids;
  private final Set<String> unknown = new LinkedHashSet<>();
  private final int[] tokens;
  private int count;

  Candidates(List<RankRequest.Candidate> items, Dictionary dictionary, IntPredicate passes) {
    ids = new Int2ObjectOpenHashMap<>(items.size());
    String[] asked = items.stream().map(RankRequest.Candidate::id).toArray(String[]::new);
    tokens = dictionary.find(Field.ENTITY, asked); // and what passes moves to the front
    for (int i = 0; i < asked.length; i++) {
      int token = tokens[i];
      if (token < 0) {
        unknown.add(asked[i]);
      } else if (passes.test(token) && ids.putIfAbsent(token, asked[i]) == null) {
        tokens[count++] = token;
      }
    }
  }

  /** Entity ids in the order of the request; the first {@link #count} count. */
  int[] tokens() {
    return tokens;
  }

  int count() {
    return count;
  }

  /** What the request calls one of {@link #tokens}; the dictionary would make the same of it anew. */
  String id(int token) {
    return ids.get(token);
  }

  /**
   * Puts the candidates in the order of their scores; of equal ones the earlier in the request comes first, and those
   * without a score become unknown.
   *
   * @param scores (count); NaN for none
   */
  Hits rank(float[] scores) {
    long[] order = new long[count];
    int ranked = 0;
    for (int i = 0; i < count; i++) {
      if (Float.isNaN(scores[i])) {
        unknown.add(id(tokens[i]));
      } else {
        order[ranked++] = (long) descending(scores[i]) << 32 | i;
      }
    }
    Arrays.sort(order, 0, ranked);
    int[] rankedTokens = new int[ranked];
    float[] rankedScores = new float[ranked];
    for (int r = 0; r < ranked; r++) {
      rankedTokens[r] = tokens[(int) order[r]];
      rankedScores[r] = scores[(int) order[r]];
    }
    return new Hits(rankedTokens, rankedScores);
  }

  /** Candidates that nothing can be said about: those that nobody has heard of, then those without a score. */
  List<String> unknown() {
    return List.copyOf(unknown);
  }

  /** An integer that is the smaller the larger the score. */
  private static int descending(float score) {
    int bits = Float.floatToIntBits(score + 0f); // + 0 makes -0 and 0 equal
    return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
