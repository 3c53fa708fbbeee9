package org.espalier.embeddings.store;

import java.util.List;

/** Removes triples, whatever their weight; the result is how many were there. */
final class DeleteTriples implements Mutation<Integer> {

  private final List<TripleChange.Delete> triples;

  DeleteTriples(List<TripleChange.Delete> triples) {
    this.triples = List.copyOf(triples);
  }

  @Override
  public int rows() {
    return Math.max(1, triples.size());
  }

  @Override
  public Integer apply(Staging staging) {
    int removed = 0;
    for (TripleChange.Delete triple : triples) {
      int head = find(staging, Field.ENTITY, triple.head());
      int relation = find(staging, Field.RELATION, triple.relation());
      int tail = find(staging, Field.ENTITY, triple.tail());
      if (head < 0 || relation < 0 || tail < 0) {
        continue;
      }
      byte[] key = Edges.key(relation, head, tail);
      if (staging.get(Family.EDGES, key) != null) {
        staging.delete(Family.EDGES, key);
        staging.changeTriple(relation, head, tail, false);
        removed++;
      }
    }
    return removed;
  }

  private static int find(Staging staging, Field field, String token) {
    return staging.dictionary().findOrStaged(field, Tokens.encode(token));
  }
}
