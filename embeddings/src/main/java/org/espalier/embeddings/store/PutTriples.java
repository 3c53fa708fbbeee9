package org.espalier.embeddings.store;

import java.util.List;

/** Writes triples; the result is how many edges are new. */
final class PutTriples implements Mutation<Integer> {

  private final List<Triple> triples;

  PutTriples(List<Triple> triples) {
    this.triples = List.copyOf(triples);
  }

  @Override
  public int rows() {
    return Math.max(1, triples.size());
  }

  @Override
  public Integer apply(Staging staging) {
    int added = 0;
    for (Triple triple : triples) {
      int head = staging.intern(Field.ENTITY, Tokens.encode(triple.head()));
      int relation = staging.intern(Field.RELATION, Tokens.encode(triple.relation()));
      int tail = staging.intern(Field.ENTITY, Tokens.encode(triple.tail()));
      byte[] key = Edges.key(relation, head, tail);
      if (staging.get(Family.EDGES, key) == null) {
        added++;
      }
      staging.put(Family.EDGES, key, Edges.value(triple.weight(), triple.timeMs()));
      staging.changeTriple(relation, head, tail, true);
    }
    return added;
  }
}
