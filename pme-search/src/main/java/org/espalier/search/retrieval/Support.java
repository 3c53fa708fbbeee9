package org.espalier.search.retrieval;

import java.util.BitSet;

/**
 * Which coordinates each token of two tables owns; users come first, then items. A token's row is zero
 * elsewhere. Immutable.
 */
public final class Support {

  private final int users;
  private final int tokens;
  private final int dim;
  private final BitSet owned; // token * dim + coordinate

  private Support(int users, int tokens, int dim, BitSet owned) {
    this.users = users;
    this.tokens = tokens;
    this.dim = dim;
    this.owned = owned;
  }

  /** Nested rows: a token of size d owns the first d coordinates. */
  public static Support ofSizes(int users, int dim, int[] sizes) {
    BitSet owned = new BitSet(Math.multiplyExact(sizes.length, dim));
    for (int t = 0; t < sizes.length; t++) {
      owned.set(t * dim, t * dim + sizes[t]);
    }
    return new Support(users, sizes.length, dim, owned);
  }

  /**
   * Rows with gaps.
   *
   * @param owned (tokens, dim) row-major
   */
  static Support ofMask(int users, int dim, boolean[] owned) {
    BitSet bits = new BitSet(owned.length);
    for (int i = 0; i < owned.length; i++) {
      bits.set(i, owned[i]);
    }
    return new Support(users, owned.length / dim, dim, bits);
  }

  public int userCount() {
    return users;
  }

  /** Users and items together. */
  public int tokenCount() {
    return tokens;
  }

  public int dim() {
    return dim;
  }

  /** How many coordinates a token owns. */
  public int size(int token) {
    return owned.get(token * dim, (token + 1) * dim).cardinality();
  }

  /** The size of every token. */
  public int[] sizes() {
    int[] sizes = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      sizes[t] = size(t);
    }
    return sizes;
  }

  /** The first coordinate from {@code from} on that a token owns; {@code dim} when there is none. */
  int next(int token, int from) {
    int bit = owned.nextSetBit(token * dim + from);
    return bit < 0 || bit >= (token + 1) * dim ? dim : bit - token * dim;
  }

  /** Whether every row is a prefix, which is what a multi-size table can hold. */
  public boolean nested() {
    for (int t = 0; t < tokens; t++) {
      if (owned.nextClearBit(t * dim) - t * dim < size(t)) {
        return false;
      }
    }
    return true;
  }

  /** The numbers that the rows store. */
  public long numbers() {
    return owned.cardinality();
  }

  /** Bytes that say where the numbers belong: a size a token, or for rows with gaps each coordinate. */
  public long indexBytes() {
    int bytesEach = dim < 256 ? 1 : 2;
    return bytesEach * (tokens + (nested() ? 0 : numbers()));
  }
}
