package org.espalier.learning.mf;

/**
 * A factorisation: the score of an item for a user is the inner product of their vectors.
 *
 * @param dim length of a vector
 * @param userVectors (users, dim) row-major
 * @param itemVectors (items, dim) row-major
 */
@SuppressWarnings("ArrayRecordComponent") // matrices; never compared, never changed
public record MfModel(int dim, float[] userVectors, float[] itemVectors) {

  /** The number of parameters. */
  public long parameters() {
    return (long) userVectors.length + itemVectors.length;
  }
}
