package org.espalier.kgat.history;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.Adam;
import org.espalier.learning.train.Progress;
import org.espalier.learning.train.Trainee;

/**
 * The softmax half: one hop from items to user with a table of its own, {@code h = tanh(n^−½ Σ w_i e_i
 * + b)} over the n items of a history, scored against a second table, {@code t_i·h + c_i}, and trained
 * by the softmax over all items (as in Liang et al., WWW 2018, without the variational part). Hiding
 * half of the history in each step is what keeps it from learning to copy.
 *
 * <p>A user's loss is {@code −n^−½ Σ ln p_i} over the history, so that the busy do not outweigh the
 * rest. The order of sums does not depend on the number of threads.
 */
final class HistoryEncoder implements Trainee {

  private static final int USERS = 8; // of a block: their scores stay in L2
  private static final int ITEMS = 64;

  private final ItemSets histories;
  private final EncoderSpec spec;
  private final ToDoubleFunction<RankingVectors> validation;
  private final Workers workers;
  private final SplittableRandom random;
  private final TrainingKernel dense = TrainingKernels.best();
  private final GraphKernel kernel = GraphKernels.best();

  private final int items;
  private final int dim;
  private final Parameters parameters;
  private final Parameters gradient;
  private Parameters kept;
  private final Adam sourceAdam;
  private final Adam targetAdam;
  private final Adam biasAdam;
  private final Adam itemBiasAdam;
  private long step;

  private final int[] order; // users with a history, shuffled
  private final double meanWeight; // of a user, times the mean length of a history
  private final float[] itemWeights;
  private final EncoderBatch batch;
  private final float[] encoded; // (batch, dim), dropped values are 0
  private final float[] growth; // (batch, dim): by what a value was multiplied
  private final float[] dEncoded;
  private final float[] scores; // (batch, scoresRow), later their gradient
  private final int scoresRow;
  private final float[] panels;
  private final double[] losses;

  /** The trainable tables, or their gradient: two (items, dim), a bias (dim) and one (items). */
  @SuppressWarnings("ArrayRecordComponent") // trainable memory; never compared
  private record Parameters(float[] source, float[] target, float[] bias, float[] itemBias) {
    static Parameters zeros(int items, int dim) {
      int size = Math.multiplyExact(items, dim);
      return new Parameters(new float[size], new float[size], new float[dim], new float[items]);
    }

    Parameters copy() {
      return new Parameters(source.clone(), target.clone(), bias.clone(), itemBias.clone());
    }

    void set(Parameters other) {
      System.arraycopy(other.source, 0, source, 0, source.length);
      System.arraycopy(other.target, 0, target, 0, target.length);
      System.arraycopy(other.bias, 0, bias, 0, bias.length);
      System.arraycopy(other.itemBias, 0, itemBias, 0, itemBias.length);
    }

    void clear() {
      Arrays.fill(source, 0);
      Arrays.fill(target, 0);
      Arrays.fill(bias, 0);
      Arrays.fill(itemBias, 0);
    }
  }

  HistoryEncoder(
      ItemSets histories,
      EncoderSpec spec,
      ToDoubleFunction<RankingVectors> validation,
      long seed,
      Workers workers) {
    this.histories = histories;
    this.spec = spec;
    this.validation = validation;
    this.workers = workers;
    random = new SplittableRandom(seed);
    items = histories.itemCount();
    dim = spec.dim();
    parameters = Parameters.zeros(items, dim);
    gradient = Parameters.zeros(items, dim);
    for (int i = 0; i < items * dim; i++) {
      parameters.source[i] = (float) (0.1 * random.nextGaussian());
      parameters.target[i] = (float) (0.1 * random.nextGaussian());
    }
    kept = parameters.copy();
    sourceAdam = new Adam(items, dim);
    targetAdam = new Adam(items, dim);
    biasAdam = new Adam(1, dim);
    itemBiasAdam = new Adam(1, items);

    order = usersWithHistory(histories);
    double weights = 0;
    for (int user : order) {
      weights += Math.pow(histories.count(user), -0.5);
    }
    meanWeight = order.length == 0 ? 1 : weights / order.length * histories.size() / order.length;
    itemWeights = itemWeights(histories, spec.itemExponent());
    batch = new EncoderBatch(histories, itemWeights);
    encoded = new float[Math.multiplyExact(spec.batch(), dim)];
    growth = new float[encoded.length];
    dEncoded = new float[encoded.length];
    scoresRow = dense.panelled(items);
    scores = new float[Math.multiplyExact(spec.batch(), scoresRow)];
    panels = new float[Math.multiplyExact(scoresRow, dim)];
    losses = new double[spec.batch()];
  }

  private static int[] usersWithHistory(ItemSets histories) {
    int[] users = new int[histories.userCount()];
    int count = 0;
    for (int user = 0; user < users.length; user++) {
      if (histories.count(user) > 0) {
        users[count++] = user;
      }
    }
    return Arrays.copyOf(users, count);
  }

  /** Counts to a power, with mean square 1 over the items that were seen at all. */
  private static float[] itemWeights(ItemSets histories, float exponent) {
    ItemSets byItem = histories.transposed();
    float[] weights = new float[byItem.userCount()];
    double squares = 0;
    int seen = 0;
    for (int item = 0; item < weights.length; item++) {
      if (byItem.count(item) > 0) {
        weights[item] = (float) Math.pow(byItem.count(item), exponent);
        squares += weights[item] * weights[item];
        seen++;
      }
    }
    float scale = seen == 0 ? 1 : (float) (1 / Math.sqrt(squares / seen));
    for (int item = 0; item < weights.length; item++) {
      weights[item] *= scale;
    }
    return weights;
  }

  @Override
  public long samplesPerEpoch() {
    return order.length;
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int user = order[i];
      order[i] = order[j];
      order[j] = user;
    }
    for (int from = 0; from < order.length; from += spec.batch()) {
      int to = Math.min(order.length, from + spec.batch());
      batch.clear();
      for (int i = from; i < to; i++) {
        batch.add(order[i], spec.historyDropout(), random);
      }
      double loss = lossAndGradient(batch, true);
      update();
      if (!progress.advance(to - from, loss * (to - from))) {
        return;
      }
    }
  }

  /** Leaves the gradient of a batch's mean loss in {@link #gradient}, without regularisation. */
  double lossAndGradient(EncoderBatch batch, boolean dropping) {
    int users = batch.size();
    gradient.clear();
    Arrays.fill(growth, 0, users * dim, 1);
    for (int i = 0; dropping && i < users * dim; i++) {
      growth[i] = random.nextDouble() < spec.dropout() ? 0 : 1 / (1 - spec.dropout());
    }
    dense.pack(parameters.target, 0, items, dim, panels);
    workers.forBlocks(users, USERS, (from, to, _) -> forwardAndBack(batch, from, to));
    workers.forBlocks(items, ITEMS, (from, to, _) -> addTargetGradient(users, from, to));
    for (int u = 0; u < users; u++) {
      for (int d = 0; d < dim; d++) {
        gradient.bias[d] += dEncoded[u * dim + d];
      }
      kernel.scatterAdd(
          batch.weights(),
          batch.items(),
          batch.offset(u),
          batch.offset(u + 1),
          dEncoded,
          u * dim,
          gradient.source,
          dim,
          0,
          dim);
    }
    return Arrays.stream(losses, 0, users).sum();
  }

  /** For some users: vectors, scores, and the gradients of both. */
  private void forwardAndBack(EncoderBatch batch, int from, int to) {
    int n = to - from;
    for (int u = from; u < to; u++) {
      System.arraycopy(parameters.bias, 0, encoded, u * dim, dim);
      kernel.gatherAdd(
          batch.weights(),
          batch.items(),
          batch.offset(u),
          batch.offset(u + 1),
          parameters.source,
          dim,
          encoded,
          u * dim);
    }
    kernel.tanh(encoded, from * dim, n * dim);
    // dEncoded keeps tanh' until the gradient arrives.
    for (int i = from * dim; i < to * dim; i++) {
      dEncoded[i] = 1 - encoded[i] * encoded[i];
      encoded[i] *= growth[i];
    }
    dense.score(n, items, dim, encoded, from * dim, panels, scores, from * scoresRow, scoresRow);
    for (int u = from; u < to; u++) {
      losses[u] = toScoreGradient(batch, u);
    }
    float[] back = new float[n * dim];
    dense.multiplyAdd(
        n,
        dim,
        items,
        scores,
        from * scoresRow,
        scoresRow,
        1,
        parameters.target,
        0,
        dim,
        back,
        0,
        dim);
    for (int i = 0; i < n * dim; i++) {
      dEncoded[from * dim + i] *= back[i] * growth[from * dim + i];
    }
  }

  /** Replaces a user's scores by the gradient of the loss; returns the user's part of the loss. */
  private double toScoreGradient(EncoderBatch batch, int u) {
    int at = u * scoresRow;
    int user = batch.user(u);
    int count = histories.count(user);
    for (int item = 0; item < items; item++) {
      scores[at + item] += parameters.itemBias[item];
    }
    double ofHistory = 0;
    for (int i = histories.begin(user); i < histories.end(user); i++) {
      ofHistory += scores[at + histories.item(i)];
    }
    double logSum = dense.softmax(scores, at, items);
    float weight = (float) (Math.pow(count, -0.5) / (meanWeight * batch.size()));
    for (int item = 0; item < items; item++) {
      scores[at + item] *= weight * count;
    }
    for (int i = histories.begin(user); i < histories.end(user); i++) {
      scores[at + histories.item(i)] -= weight;
    }
    return weight * (count * logSum - ofHistory);
  }

  private void addTargetGradient(int users, int from, int to) {
    dense.multiplyAdd(
        to - from,
        dim,
        users,
        scores,
        from,
        1,
        scoresRow,
        encoded,
        0,
        dim,
        gradient.target,
        from * dim,
        dim);
    for (int u = 0; u < users; u++) {
      for (int item = from; item < to; item++) {
        gradient.itemBias[item] += scores[u * scoresRow + item];
      }
    }
  }

  private void update() {
    step++;
    long steps = (long) spec.epochs() * Math.ceilDiv(order.length, spec.batch());
    double rate = spec.learningRate() * 0.5 * (1 + Math.cos(Math.PI * step / steps));
    sourceAdam.nextStep(rate);
    targetAdam.nextStep(rate);
    biasAdam.nextStep(rate);
    itemBiasAdam.nextStep(rate);
    workers.forBlocks(
        items,
        ITEMS,
        (from, to, _) -> {
          for (int i = from * dim; i < to * dim; i++) {
            gradient.source[i] += spec.l2() * parameters.source[i];
            gradient.target[i] += spec.l2() * parameters.target[i];
          }
          for (int item = from; item < to; item++) {
            sourceAdam.update(parameters.source, item, gradient.source, item * dim);
            targetAdam.update(parameters.target, item, gradient.target, item * dim);
          }
        });
    biasAdam.update(parameters.bias, 0, gradient.bias, 0);
    itemBiasAdam.update(parameters.itemBias, 0, gradient.itemBias, 0);
  }

  /**
   * The vectors of all users, given their histories, and of all items. One value more than the spec
   * says: the item's bias, and 1 for the user.
   */
  RankingVectors vectors() {
    int size = dim + 1;
    float[] users = new float[Math.multiplyExact(histories.userCount(), size)];
    float[] targets = new float[Math.multiplyExact(items, size)];
    for (int item = 0; item < items; item++) {
      System.arraycopy(parameters.target, item * dim, targets, item * size, dim);
      targets[item * size + dim] = parameters.itemBias[item];
    }
    EncoderBatch whole = new EncoderBatch(histories, itemWeights);
    for (int user = 0; user < histories.userCount(); user++) {
      int at = user * size;
      System.arraycopy(parameters.bias, 0, users, at, dim);
      if (histories.count(user) > 0) {
        whole.clear();
        whole.add(user, 0, random);
        kernel.gatherAdd(
            whole.weights(), whole.items(), 0, whole.offset(1), parameters.source, dim, users, at);
      }
      kernel.tanh(users, at, dim);
      users[at + dim] = 1;
    }
    return new RankingVectors(size, users, targets);
  }

  /** Trainable floats. */
  long parameterCount() {
    return 2L * items * dim + dim + items;
  }

  /** The trainable arrays and, in the same order, where their gradients are left. */
  float[][][] parametersAndGradients() {
    return new float[][][] {
      {parameters.source, parameters.target, parameters.bias, parameters.itemBias},
      {gradient.source, gradient.target, gradient.bias, gradient.itemBias}
    };
  }

  @Override
  public double validate() {
    return validation.applyAsDouble(vectors());
  }

  @Override
  public void keep() {
    kept = parameters.copy();
  }

  @Override
  public void restore() {
    parameters.set(kept);
  }
}
