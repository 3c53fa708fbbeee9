package org.espalier.kgat.model;

/**
 * What one model says: the score of an item for a user is the inner product of their vectors.
 *
 * @param dim values of a vector
 * @param users (users, dim)
 * @param items (items, dim)
 */
@SuppressWarnings("ArrayRecordComponent") // matrices; never compared
public record RankingVectors(int dim, float[] users, float[] items) {}
