package org.espalier.embeddings.arena;

/**
 * What a search found, best first; of equal scores the lower token first.
 *
 * @param tokens (size)
 * @param scores (size), none of them NaN
 */
@SuppressWarnings("ArrayRecordComponent") // a result to read once, not a key; primitives do not box
public record Hits(int[] tokens, float[] scores) {

  /** How many were found: k, or fewer when fewer rows are allowed. */
  public int size() {
    return tokens.length;
  }
}
