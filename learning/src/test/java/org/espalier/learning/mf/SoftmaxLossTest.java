package org.espalier.learning.mf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SoftmaxLossTest {

  @ParameterizedTest(name = "users={0} candidates={1} dim={2} threads={3} seed={4}")
  @CsvSource({"1, 2, 1, 1, 1", "3, 7, 5, 1, 2", "18, 40, 16, 2, 3", "5, 300, 9, 3, 4"})
  void gradients_equal_finite_differences(
      int userCount, int candidateCount, int dim, int threads, long seed) {
    Random random = new Random(seed);
    SoftmaxBatch batch = new SoftmaxBatch(userCount + 1, candidateCount + 2, dim);
    batch.userCount = userCount;
    batch.candidateCount = candidateCount;
    fill(random, batch.users);
    fill(random, batch.candidates);
    fill(random, batch.logWeights);
    batch.reserveTargets(2 * userCount);
    for (int u = 0; u < userCount; u++) {
      batch.userWeights[u] = 0.5f + random.nextFloat();
      int at = batch.offsets[u];
      batch.targets[at] = random.nextInt(candidateCount);
      batch.targets[at + 1] = (batch.targets[at] + 1) % candidateCount;
      batch.offsets[u + 1] = at + 1 + u % 2; // one target or both
    }
    double loss;
    try (Workers workers = new Workers(threads)) {
      loss = new SoftmaxLoss().addGradients(batch, workers);
    }
    assertThat(loss).isCloseTo(loss(batch), within(1e-4 * userCount));
    for (int i = 0; i < userCount * dim; i++) {
      assertThat((double) batch.userGradients[i])
          .isCloseTo(slope(batch, batch.users, i), within(1e-3));
    }
    for (int i = 0; i < candidateCount * dim; i++) {
      assertThat((double) batch.candidateGradients[i])
          .isCloseTo(slope(batch, batch.candidates, i), within(1e-3));
    }
  }

  private static double slope(SoftmaxBatch batch, float[] of, int at) {
    float kept = of[at];
    of[at] = kept + 0x1p-7f;
    double above = loss(batch);
    of[at] = kept - 0x1p-7f;
    double below = loss(batch);
    of[at] = kept;
    return (above - below) / 0x1p-6;
  }

  /** The loss by its definition, in double. */
  private static double loss(SoftmaxBatch batch) {
    double sum = 0;
    for (int u = 0; u < batch.userCount; u++) {
      double partition = 0;
      for (int c = 0; c < batch.candidateCount; c++) {
        partition += Math.exp(score(batch, u, c) + batch.logWeights[c]);
      }
      for (int t = batch.offsets[u]; t < batch.offsets[u + 1]; t++) {
        sum += batch.userWeights[u] * (Math.log(partition) - score(batch, u, batch.targets[t]));
      }
    }
    return sum;
  }

  private static double score(SoftmaxBatch batch, int user, int candidate) {
    double sum = 0;
    for (int d = 0; d < batch.dim; d++) {
      sum +=
          (double) batch.users[user * batch.dim + d] * batch.candidates[candidate * batch.dim + d];
    }
    return sum;
  }

  private static void fill(Random random, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.7f * (float) random.nextGaussian();
    }
  }
}
