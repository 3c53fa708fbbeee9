package org.espalier.learning.mf;

import java.util.Arrays;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/**
 * Cross-entropy of users' items against a softmax over candidates. For a user with scores {@code s_c =
 * u·v_c} and targets T the loss is {@code Σ_{t∈T} (ln Σ_c e^{s_c + a_c} - s_t)}, where {@code a_c} is
 * the logarithm of how many items a candidate stands for. The gradient with respect to the scores is
 * {@code |T| p - y}, p the softmax and y one for each target; that times the other side's vectors is
 * the gradient of the vectors.
 *
 * <p>Memory: one score for each user of a batch and each candidate. Not for use by several threads.
 */
final class SoftmaxLoss {

  /** Scores of this many users lie in the second cache while they become probabilities. */
  private static final int USER_BLOCK = 16;

  private static final int CANDIDATE_BLOCK = 256;

  private final TrainingKernel kernel = TrainingKernels.best();
  private final int dim;
  private float[] panels = new float[0];
  private float[] scores = new float[0];

  SoftmaxLoss(int dim) {
    this.dim = dim;
  }

  /**
   * Computes the loss and adds its gradients.
   *
   * @param users (userCount, dim) row-major
   * @param candidates (candidateCount, dim) row-major
   * @param logWeights a_c (candidateCount)
   * @param offsets the targets of user u are {@code targets[offsets[u] .. offsets[u + 1])}
   * @param targets candidates, each at most once a user
   * @param userGradients (userCount, dim), added to
   * @param candidateGradients (candidateCount, dim), added to
   * @return the sum of the losses over all targets
   */
  double addGradients(
      float[] users,
      int userCount,
      float[] candidates,
      int candidateCount,
      float[] logWeights,
      int[] offsets,
      int[] targets,
      float[] userGradients,
      float[] candidateGradients,
      Workers workers) {
    int row = kernel.panelled(candidateCount);
    panels = atLeast(panels, row * dim);
    scores = atLeast(scores, Math.multiplyExact(userCount, row));
    kernel.pack(candidates, 0, candidateCount, dim, panels);
    double[] losses = new double[userCount];
    workers.forBlocks(
        userCount,
        USER_BLOCK,
        (from, to, _) -> {
          scoreUsers(users, from, to, candidateCount, row);
          for (int u = from; u < to; u++) {
            losses[u] = scoreGradient(u, row, candidateCount, logWeights, targets, offsets);
          }
          kernel.multiplyAdd(
              to - from,
              dim,
              candidateCount,
              scores,
              from * row,
              row,
              1,
              candidates,
              0,
              dim,
              userGradients,
              from * dim,
              dim);
        });
    workers.forBlocks(
        candidateCount,
        CANDIDATE_BLOCK,
        (from, to, _) ->
            kernel.multiplyAdd(
                to - from,
                dim,
                userCount,
                scores,
                from,
                1,
                row,
                users,
                0,
                dim,
                candidateGradients,
                from * dim,
                dim));
    return Arrays.stream(losses).sum();
  }

  private void scoreUsers(float[] users, int from, int to, int candidateCount, int row) {
    kernel.score(
        to - from, candidateCount, dim, users, from * dim, panels, scores, from * row, row);
  }

  /** Turns a user's scores into the loss's gradient with respect to them; returns the loss. */
  private double scoreGradient(
      int user, int row, int candidateCount, float[] logWeights, int[] targets, int[] offsets) {
    int at = user * row;
    int count = offsets[user + 1] - offsets[user];
    double targetSum = 0;
    for (int t = offsets[user]; t < offsets[user + 1]; t++) {
      targetSum += scores[at + targets[t]];
    }
    for (int c = 0; c < candidateCount; c++) {
      scores[at + c] += logWeights[c];
    }
    double logSum = kernel.softmax(scores, at, candidateCount);
    for (int c = 0; c < candidateCount; c++) {
      scores[at + c] *= count;
    }
    for (int t = offsets[user]; t < offsets[user + 1]; t++) {
      scores[at + targets[t]] -= 1;
    }
    return count * logSum - targetSum;
  }

  private static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }
}
