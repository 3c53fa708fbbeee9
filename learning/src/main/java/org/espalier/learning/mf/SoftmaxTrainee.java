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
 * Softmax by batches of users. The candidates of a batch are all items, or the batch's own items and a
 * uniform sample of the others, each of which then stands for {@code others / sample} items: the sum
 * of exponentials is estimated without bias.
 */
final class SoftmaxTrainee extends FactorTrainee {

  private final FloatKernel kernel = FloatKernels.best();
  private final ItemSets seen;
  private final MfObjective.Softmax spec;
  private final SoftmaxLoss loss;
  private final Adam userAdam;
  private final Adam itemAdam;
  private final int[] order;

  // A batch: its users' vectors and targets, its candidates, their vectors and the gradients of
  // both.
  private final float[] users;
  private final float[] userGradients;
  private final int[] offsets;
  private int[] targets = new int[0];
  private final int[] candidates;
  private final int[] candidateOf; // item → index among the candidates, or -1
  private final float[] logWeights;
  private final float[] vectors;
  private final float[] gradients;

  SoftmaxTrainee(Factors factors, ItemSets seen, MfObjective.Softmax spec) {
    super(factors);
    this.seen = seen;
    this.spec = spec;
    this.loss = new SoftmaxLoss(factors.dim);
    this.userAdam = new Adam(seen.userCount(), factors.dim);
    this.itemAdam = new Adam(seen.itemCount(), factors.dim);
    this.order = IntStream.range(0, seen.userCount()).filter(u -> seen.count(u) > 0).toArray();
    this.users = new float[spec.batchUsers() * factors.dim];
    this.userGradients = new float[users.length];
    this.offsets = new int[spec.batchUsers() + 1];
    this.candidates = new int[seen.itemCount()];
    this.candidateOf = new int[seen.itemCount()];
    this.logWeights = new float[seen.itemCount()];
    this.vectors = new float[factors.items.length];
    this.gradients = new float[factors.items.length];
    Arrays.fill(candidateOf, -1);
  }

  @Override
  public long samplesPerEpoch() {
    return seen.size();
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    for (int i = order.length - 1; i > 0; i--) {
      IntArrays.swap(order, i, factors.random.nextInt(i + 1));
    }
    for (int from = 0; from < order.length; from += spec.batchUsers()) {
      int count = Math.min(spec.batchUsers(), order.length - from);
      double lossSum = trainBatch(from, count);
      if (!progress.advance(offsets[count], lossSum)) {
        return;
      }
    }
  }

  private double trainBatch(int from, int userCount) {
    int dim = factors.dim;
    int candidateCount = chooseCandidates(from, userCount);
    for (int u = 0; u < userCount; u++) {
      System.arraycopy(factors.users, order[from + u] * dim, users, u * dim, dim);
    }
    for (int c = 0; c < candidateCount; c++) {
      System.arraycopy(factors.items, candidates[c] * dim, vectors, c * dim, dim);
    }
    Arrays.fill(userGradients, 0);
    Arrays.fill(gradients, 0, candidateCount * dim, 0);
    double lossSum =
        loss.addGradients(
            users,
            userCount,
            vectors,
            candidateCount,
            logWeights,
            offsets,
            targets,
            userGradients,
            gradients,
            factors.workers);
    float decay = (float) spec.regularization();
    float itemDecay = decay * userCount / order.length;
    kernel.axpy(decay, users, 0, userGradients, 0, userCount * dim);
    kernel.axpy(itemDecay, vectors, 0, gradients, 0, candidateCount * dim);
    userAdam.nextStep(spec.learningRate());
    for (int u = 0; u < userCount; u++) {
      userAdam.update(factors.users, order[from + u], userGradients, u * dim);
    }
    itemAdam.nextStep(spec.learningRate());
    for (int c = 0; c < candidateCount; c++) {
      itemAdam.update(factors.items, candidates[c], gradients, c * dim);
      candidateOf[candidates[c]] = -1;
    }
    return lossSum;
  }

  /** Fills the users' targets, the candidates and their weights; returns how many there are. */
  private int chooseCandidates(int from, int userCount) {
    int targetCount = 0;
    for (int u = 0; u < userCount; u++) {
      targetCount += seen.count(order[from + u]);
      offsets[u + 1] = targetCount;
    }
    if (targets.length < targetCount) {
      targets = new int[targetCount];
    }
    int count = 0;
    for (int u = 0; u < userCount; u++) {
      int begin = seen.begin(order[from + u]);
      for (int t = offsets[u]; t < offsets[u + 1]; t++) {
        int item = seen.item(begin + t - offsets[u]);
        if (candidateOf[item] < 0) {
          count = addCandidate(item, count, 0);
        }
        targets[t] = candidateOf[item];
      }
    }
    int others = seen.itemCount() - count;
    int sample = spec.sampledItems();
    if (sample == 0 || sample >= others) {
      for (int item = 0; item < seen.itemCount(); item++) {
        if (candidateOf[item] < 0) {
          count = addCandidate(item, count, 0);
        }
      }
      return count;
    }
    float logWeight = (float) Math.log((double) others / sample);
    int sampled = count + sample;
    while (count < sampled) {
      int item = factors.random.nextInt(seen.itemCount());
      if (candidateOf[item] < 0) {
        count = addCandidate(item, count, logWeight);
      }
    }
    return count;
  }

  private int addCandidate(int item, int count, float logWeight) {
    candidates[count] = item;
    candidateOf[item] = count;
    logWeights[count] = logWeight;
    return count + 1;
  }
}
