package org.espalier.learning.mf;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.train.Adam;
import org.espalier.learning.train.Progress;

/**
 * Softmax by batches of users. A user with n items weighs n^-½ an item, so that the busiest do not
 * outweigh all others, and an item that m users have is regularised by m^½: with weights alone or with
 * uniform regularisation the validation NDCG@20 on MovieLens 100K is .010 lower.
 *
 * <p>The candidates of a batch are all items, or the batch's own items and a uniform sample of the
 * others, each of which then stands for {@code others / sample} items: the sum of exponentials is
 * estimated without bias.
 */
final class SoftmaxTrainee extends FactorTrainee {

  private final FloatKernel kernel = FloatKernels.best();
  private final ItemSets seen;
  private final MfObjective.Softmax spec;
  private final int[] order; // users with items; shuffled every epoch
  private final double itemsPerUser;
  private final float userDecay;
  private final float[] itemDecays;
  private final SoftmaxLoss loss = new SoftmaxLoss();
  private final SoftmaxBatch batch;
  private final int[] candidates; // item ids of the batch's candidates
  private final int[] candidateOf; // item → index among the candidates, or -1
  private final Adam userAdam;
  private final Adam itemAdam;

  SoftmaxTrainee(Factors factors, ItemSets seen, MfObjective.Softmax spec) {
    super(factors);
    this.seen = seen;
    this.spec = spec;
    this.order = IntStream.range(0, seen.userCount()).filter(u -> seen.count(u) > 0).toArray();
    this.itemsPerUser = (double) seen.size() / order.length;
    this.userDecay = (float) (spec.regularization() * itemsPerUser);
    this.itemDecays = itemDecays(seen, spec.regularization() / order.length);
    this.batch = new SoftmaxBatch(spec.batchUsers(), seen.itemCount(), factors.dim);
    this.candidates = new int[seen.itemCount()];
    this.candidateOf = new int[seen.itemCount()];
    this.userAdam = new Adam(seen.userCount(), factors.dim);
    this.itemAdam = new Adam(seen.itemCount(), factors.dim);
    Arrays.fill(candidateOf, -1);
  }

  @Override
  public long samplesPerEpoch() {
    return seen.size();
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    for (int i = order.length - 1; i > 0; i--) { // Fisher and Yates' shuffle
      IntArrays.swap(order, i, factors.random.nextInt(i + 1));
    }
    for (int from = 0; from < order.length; from += spec.batchUsers()) {
      takeUsers(from, Math.min(spec.batchUsers(), order.length - from));
      takeCandidates(from);
      double lossSum = step(from);
      if (!progress.advance(batch.offsets[batch.userCount], lossSum)) {
        return;
      }
    }
  }

  private double step(int from) {
    int dim = factors.dim;
    batch.clearGradients();
    double lossSum = loss.addGradients(batch, factors.workers);
    kernel.axpy(userDecay, batch.users, 0, batch.userGradients, 0, batch.userCount * dim);
    userAdam.nextStep(spec.learningRate());
    for (int u = 0; u < batch.userCount; u++) {
      userAdam.update(factors.users, order[from + u], batch.userGradients, u * dim);
    }
    itemAdam.nextStep(spec.learningRate());
    for (int c = 0; c < batch.candidateCount; c++) {
      // A candidate that stands for others is drawn less often, so each time it decays for them
      // too.
      float decay =
          itemDecays[candidates[c]] * batch.userCount * (float) Math.exp(batch.logWeights[c]);
      kernel.axpy(decay, batch.candidates, c * dim, batch.candidateGradients, c * dim, dim);
      itemAdam.update(factors.items, candidates[c], batch.candidateGradients, c * dim);
    }
    return lossSum;
  }

  private void takeUsers(int from, int count) {
    batch.userCount = count;
    for (int u = 0; u < count; u++) {
      int user = order[from + u];
      batch.userWeights[u] = (float) Math.sqrt(itemsPerUser / seen.count(user));
      batch.offsets[u + 1] = batch.offsets[u] + seen.count(user);
      System.arraycopy(
          factors.users, user * factors.dim, batch.users, u * factors.dim, factors.dim);
    }
  }

  /** The users' own items first, which are the targets, then others. */
  private void takeCandidates(int from) {
    batch.candidateCount = 0;
    batch.reserveTargets(batch.offsets[batch.userCount]);
    for (int u = 0; u < batch.userCount; u++) {
      int first = seen.begin(order[from + u]) - batch.offsets[u];
      for (int t = batch.offsets[u]; t < batch.offsets[u + 1]; t++) {
        int item = seen.item(first + t);
        takeCandidate(item, 0);
        batch.targets[t] = candidateOf[item];
      }
    }
    int others = seen.itemCount() - batch.candidateCount;
    int sample = spec.sampledItems();
    if (sample == 0 || sample >= others) {
      for (int item = 0; item < seen.itemCount(); item++) {
        takeCandidate(item, 0);
      }
    } else {
      int enough = batch.candidateCount + sample;
      float logWeight = (float) Math.log((double) others / sample);
      while (batch.candidateCount < enough) {
        takeCandidate(factors.random.nextInt(seen.itemCount()), logWeight);
      }
    }
    for (int c = 0; c < batch.candidateCount; c++) {
      candidateOf[candidates[c]] = -1; // for the next batch
    }
  }

  /** Does nothing when the item is a candidate already. */
  private void takeCandidate(int item, float logWeight) {
    if (candidateOf[item] < 0) {
      int c = batch.candidateCount++;
      candidates[c] = item;
      candidateOf[item] = c;
      batch.logWeights[c] = logWeight;
      System.arraycopy(
          factors.items, item * factors.dim, batch.candidates, c * factors.dim, factors.dim);
    }
  }

  private static float[] itemDecays(ItemSets seen, double regularization) {
    double usersPerItem = (double) seen.size() / seen.itemCount();
    ItemSets usersOfItem = seen.transposed();
    float[] decays = new float[seen.itemCount()];
    for (int item = 0; item < decays.length; item++) {
      int users = Math.max(1, usersOfItem.count(item));
      decays[item] = (float) (regularization * Math.sqrt(usersPerItem * users));
    }
    return decays;
  }
}
