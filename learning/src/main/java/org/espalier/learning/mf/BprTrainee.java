package org.espalier.learning.mf;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.train.Progress;

/**
 * BPR by stochastic gradient descent: an epoch visits every pair once, in a new random order. With
 * several threads each takes a part of the pairs and all write to the same rows without locks
 * (Hogwild!, Niu et al., NIPS 2011).
 */
final class BprTrainee extends FactorTrainee {

  /** Between two of these the training can be cancelled: a few milliseconds. */
  private static final int CHUNK = 1 << 15;

  private final TrainingKernel kernel = TrainingKernels.best();
  private final ItemSets seen;
  private final BprLoss loss;
  private final double learningRate;
  private final int contenders;
  private final int[] pairs;
  private final int[] userOf;

  BprTrainee(Factors factors, ItemSets seen, MfObjective.Bpr bpr) {
    super(factors);
    this.seen = seen;
    this.loss = new BprLoss(factors.dim, bpr.regularization());
    this.learningRate = bpr.learningRate();
    this.contenders = bpr.contenders();
    this.pairs = new int[seen.size()];
    this.userOf = new int[seen.size()];
    Arrays.setAll(pairs, at -> at);
    for (int user = 0; user < seen.userCount(); user++) {
      Arrays.fill(userOf, seen.begin(user), seen.end(user), user);
    }
  }

  @Override
  public long samplesPerEpoch() {
    return pairs.length;
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    double rate = learningRate * (1 - (epoch - 1.0) / factors.epochsMax);
    shuffle(pairs, factors.random);
    int threads = factors.workers.count();
    for (int from = 0; from < pairs.length; from += CHUNK) {
      int first = from;
      int count = Math.min(CHUNK, pairs.length - from);
      int part = Math.ceilDiv(count, threads);
      SplittableRandom[] randoms = new SplittableRandom[threads];
      Arrays.setAll(randoms, _ -> factors.random.split());
      double[] losses = new double[threads];
      factors.workers.forBlocks(
          count,
          part,
          (begin, end, _) ->
              losses[begin / part] =
                  trainPairs(first + begin, first + end, rate, randoms[begin / part]));
      if (!progress.advance(count, Arrays.stream(losses).sum())) {
        return;
      }
    }
  }

  private double trainPairs(int from, int to, double rate, SplittableRandom random) {
    double lossSum = 0;
    for (int i = from; i < to; i++) {
      int user = userOf[pairs[i]];
      if (seen.count(user) < seen.itemCount()) { // else there is no unseen item
        lossSum +=
            loss.step(
                factors.users,
                user * factors.dim,
                factors.items,
                seen.item(pairs[i]) * factors.dim,
                unseen(user, random) * factors.dim,
                rate);
      }
    }
    return lossSum;
  }

  /** The unseen item of the highest score among some that are drawn; the only one is not scored. */
  private int unseen(int user, SplittableRandom random) {
    int best = -1;
    float bestScore = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < contenders || best < 0; c++) {
      int item = random.nextInt(seen.itemCount());
      float score = contenders == 1 ? 0 : score(user, item);
      // Looking up what is seen costs more than a score, so only a new best is looked up.
      if (!(score <= bestScore) && !seen.contains(user, item)) {
        best = item;
        bestScore = score;
      }
    }
    return best;
  }

  private float score(int user, int item) {
    int dim = factors.dim;
    return kernel.dot(factors.users, user * dim, factors.items, item * dim, dim);
  }

  /** Fisher and Yates' shuffle. */
  private static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      IntArrays.swap(values, i, random.nextInt(i + 1));
    }
  }
}
