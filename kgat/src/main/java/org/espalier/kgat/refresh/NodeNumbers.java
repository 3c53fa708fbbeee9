package org.espalier.kgat.refresh;

import java.util.BitSet;

/**
 * How nodes are numbered, users first, with room for more; and how rows move when the room grows.
 *
 * @param users room for users
 * @param entities room for entities
 */
record NodeNumbers(int users, int entities) {

  int count() {
    return users + entities;
  }

  /** Rows (count, dim) in the numbering of a larger room; new rows are zero. */
  float[] moved(float[] rows, int dim, NodeNumbers larger) {
    float[] result = new float[Math.multiplyExact(larger.count(), dim)];
    System.arraycopy(rows, 0, result, 0, users * dim);
    System.arraycopy(rows, users * dim, result, larger.users * dim, entities * dim);
    return result;
  }

  /** A set of nodes in the numbering of a larger room. */
  BitSet moved(BitSet nodes, NodeNumbers larger) {
    BitSet result = new BitSet(larger.count());
    for (int n = nodes.nextSetBit(0); n >= 0; n = nodes.nextSetBit(n + 1)) {
      result.set(n < users ? n : n - users + larger.users);
    }
    return result;
  }
}
