package org.espalier.learning.mf;

import java.util.Arrays;

/**
 * Users, candidates and their gradients of one step of {@link SoftmaxLoss}; memory that every step
 * uses again. Matrices are row-major; of each array only the first rows are in use.
 */
final class SoftmaxBatch {

  final int dim;

  int userCount;

  /** (userCount, dim). */
  final float[] users;

  /** w_u (userCount). */
  final float[] userWeights;

  /** The targets of user u are {@code targets[offsets[u] .. offsets[u + 1])}: (userCount + 1). */
  final int[] offsets;

  /** Indices of candidates, each at most once a user. */
  int[] targets = new int[0];

  int candidateCount;

  /** (candidateCount, dim). */
  final float[] candidates;

  /** a_c, the logarithm of how many items a candidate stands for: (candidateCount). */
  final float[] logWeights;

  /** (userCount, dim). */
  final float[] userGradients;

  /** (candidateCount, dim). */
  final float[] candidateGradients;

  SoftmaxBatch(int usersMax, int candidatesMax, int dim) {
    this.dim = dim;
    this.users = new float[Math.multiplyExact(usersMax, dim)];
    this.userWeights = new float[usersMax];
    this.offsets = new int[usersMax + 1];
    this.candidates = new float[Math.multiplyExact(candidatesMax, dim)];
    this.logWeights = new float[candidatesMax];
    this.userGradients = new float[users.length];
    this.candidateGradients = new float[candidates.length];
  }

  /** Makes room for {@code count} targets, whose values are then undefined. */
  void reserveTargets(int count) {
    if (targets.length < count) {
      targets = new int[count];
    }
  }

  void clearGradients() {
    Arrays.fill(userGradients, 0, userCount * dim, 0);
    Arrays.fill(candidateGradients, 0, candidateCount * dim, 0);
  }
}
