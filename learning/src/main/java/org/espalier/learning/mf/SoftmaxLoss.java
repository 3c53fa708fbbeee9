package org.espalier.learning.mf;

import java.util.Arrays;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/**
 * Cross-entropy of users' items against a softmax over candidates. For a user with scores {@code s_c =
 * u·v_c} and targets T the loss is {@code w_u Σ_{t∈T} (ln Σ_c e^{s_c + a_c} - s_t)}, where {@code w_u}
 * is the user's weight and {@code a_c} the logarithm of how many items a candidate stands for. The
 * gradient with respect to the scores is {@code w_u (|T| p - y)}, p the softmax and y one for each
 * target; that times the other side's vectors is the gradient of the vectors.
 *
 * <p>Memory: one score for each user of a batch and each candidate. Not for use by several threads.
 */
final class SoftmaxLoss {

  /** Scores of this many users lie in the second cache while they become probabilities. */
  private static final int USER_BLOCK = 16;

  private static final int CANDIDATE_BLOCK = 256;

  private final TrainingKernel kernel = TrainingKernels.best();
  private float[] panels = new float[0];
  private float[] scores = new float[0];

  /** Adds the gradients to the batch's and returns the loss. */
  double addGradients(SoftmaxBatch batch, Workers workers) {
    int dim = batch.dim;
    int userCount = batch.userCount;
    int candidateCount = batch.candidateCount;
    int row = kernel.panelled(candidateCount);
    panels = atLeast(panels, row * dim);
    scores = atLeast(scores, Math.multiplyExact(userCount, row));
    kernel.pack(batch.candidates, 0, candidateCount, dim, panels);
    double[] losses = new double[userCount];
    workers.forBlocks(
        userCount,
        USER_BLOCK,
        (from, to, _) -> {
          int users = to - from;
          int at = from * row;
          kernel.score(
              users, candidateCount, dim, batch.users, from * dim, panels, scores, at, row);
          for (int u = from; u < to; u++) {
            losses[u] = scoreGradient(batch, u, u * row);
          }
          kernel.multiplyAdd(
              users,
              dim,
              candidateCount,
              scores,
              at,
              row,
              1,
              batch.candidates,
              0,
              dim,
              batch.userGradients,
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
                batch.users,
                0,
                dim,
                batch.candidateGradients,
                from * dim,
                dim));
    return Arrays.stream(losses).sum();
  }

  /** Turns a user's scores, which start at {@code at}, into the loss's gradient; returns the loss. */
  private double scoreGradient(SoftmaxBatch batch, int user, int at) {
    int from = batch.offsets[user];
    int to = batch.offsets[user + 1];
    float weight = batch.userWeights[user];
    double targetSum = 0;
    for (int t = from; t < to; t++) {
      targetSum += scores[at + batch.targets[t]];
    }
    for (int c = 0; c < batch.candidateCount; c++) {
      scores[at + c] += batch.logWeights[c];
    }
    double logSum = kernel.softmax(scores, at, batch.candidateCount);
    float scale = weight * (to - from);
    for (int c = 0; c < batch.candidateCount; c++) {
      scores[at + c] *= scale;
    }
    for (int t = from; t < to; t++) {
      scores[at + batch.targets[t]] -= weight;
    }
    return weight * ((to - from) * logSum - targetSum);
  }

  private static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }
}
