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
import org.espalier.learning.train.Progress;
import org.espalier.learning.train.Trainee;

/**
 * The softmax half: one hop from items to user with a table of its own, {@code h = tanh(n^−½ Σ w_i e_i
 * + b)} over the n items of a history, scored against a second table, {@code t_i·h + c_i}, and trained
 * by the softmax over all items or a sample of them (as in Liang et al., WWW 2018, without the
 * variational part). Hiding part of the history in each step is what keeps it from learning to copy.
 *
 * <p>A user's loss is {@code −n^−½ Σ ln p_i} over the targets, so that the busy do not outweigh the
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
  private final EncoderTables tables;
  private long step;

  private final int[] order; // users with a history, shuffled
  private final double meanWeight; // of a user, times the mean length of a history
  private final float[] itemWeights;
  private final EncoderBatch batch;
  private final EncoderCandidates candidates;
  private final float[] targets; // (candidates, dim)
  private final float[] targetBias; // (candidates), with what a candidate stands for
  private final float[] panels; // the targets, packed
  private final float[] encoded; // (batch, dim), dropped values are 0
  private final float[] growth; // (batch, dim): by what a value was multiplied
  private final float[] scores; // (batch, scoresRow), later their gradient
  private final int scoresRow;
  private final double[] losses;

  private final float[] dEncoded; // (batch, dim)
  private final float[] dTargets;
  private final float[] dTargetBias;
  private final float[] dBias;
  private final float[] dSource; // (items, dim), zero but for the rows that are touched
  private final boolean[] marked;
  private final int[] touched;
  private int touchedCount;

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
    tables = new EncoderTables(items, dim, spec.l2(), random);
    ItemSets byItem = histories.transposed();
    for (int item = 0; item < items; item++) {
      tables.itemBias[item] = spec.popularity() * (float) Math.log1p(byItem.count(item));
    }
    tables.keep();

    order = usersWithHistory(histories);
    double weights = 0;
    for (int user : order) {
      weights += Math.pow(histories.count(user), -0.5);
    }
    meanWeight = order.length == 0 ? 1 : weights / order.length * histories.size() / order.length;
    itemWeights = itemWeights(byItem, spec.itemExponent());
    batch = new EncoderBatch(histories, itemWeights, spec.onlyHidden());
    candidates = new EncoderCandidates(items, spec.sampledItems());
    int most = Math.min(items, mostCandidates());
    targets = new float[Math.multiplyExact(most, dim)];
    targetBias = new float[most];
    dTargets = new float[targets.length];
    dTargetBias = new float[most];
    encoded = new float[Math.multiplyExact(spec.batch(), dim)];
    growth = new float[encoded.length];
    dEncoded = new float[encoded.length];
    dBias = new float[dim];
    scoresRow = dense.panelled(most);
    scores = new float[Math.multiplyExact(spec.batch(), scoresRow)];
    panels = new float[Math.multiplyExact(scoresRow, dim)];
    losses = new double[spec.batch()];
    dSource = new float[Math.multiplyExact(items, dim)];
    marked = new boolean[items];
    touched = new int[items];
  }

  /** At most so many candidates has a step: its users with the longest histories, and the sample. */
  private int mostCandidates() {
    if (spec.sampledItems() == 0) {
      return items;
    }
    int[] lengths = Arrays.stream(order).map(histories::count).sorted().toArray();
    long sum = spec.sampledItems();
    for (int i = Math.max(0, lengths.length - spec.batch()); i < lengths.length; i++) {
      sum += lengths[i];
    }
    return (int) Math.min(items, sum);
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
  private static float[] itemWeights(ItemSets byItem, float exponent) {
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

  /** Leaves the gradient of a batch's mean loss, without regularisation; returns that loss. */
  double lossAndGradient(EncoderBatch batch, boolean dropping) {
    int users = batch.size();
    clearGradient();
    Arrays.fill(growth, 0, users * dim, 1);
    for (int i = 0; dropping && i < users * dim; i++) {
      growth[i] = random.nextDouble() < spec.dropout() ? 0 : 1 / (1 - spec.dropout());
    }
    candidates.draw(batch, random);
    int count = candidates.count();
    for (int c = 0; c < count; c++) {
      int item = candidates.item(c);
      System.arraycopy(tables.target, item * dim, targets, c * dim, dim);
      targetBias[c] = tables.itemBias[item] + candidates.logWeight(c);
    }
    dense.pack(targets, 0, count, dim, panels);
    workers.forBlocks(users, USERS, (from, to, _) -> forwardAndBack(batch, from, to));
    workers.forBlocks(count, ITEMS, (from, to, _) -> addTargetGradient(users, from, to));
    for (int u = 0; u < users; u++) {
      addSourceGradient(batch, u);
    }
    return Arrays.stream(losses, 0, users).sum();
  }

  private void clearGradient() {
    Arrays.fill(dTargets, 0);
    Arrays.fill(dTargetBias, 0);
    Arrays.fill(dBias, 0);
    for (int i = 0; i < touchedCount; i++) {
      Arrays.fill(dSource, touched[i] * dim, (touched[i] + 1) * dim, 0);
      marked[touched[i]] = false;
    }
    touchedCount = 0;
    if (spec.sampledItems() == 0) { // then every row is moved in every step
      for (int item = 0; item < items; item++) {
        touch(item);
      }
    }
  }

  private void touch(int item) {
    if (!marked[item]) {
      marked[item] = true;
      touched[touchedCount++] = item;
    }
  }

  /** For some users: vectors, scores, and the gradients of both. */
  private void forwardAndBack(EncoderBatch batch, int from, int to) {
    int n = to - from;
    for (int u = from; u < to; u++) {
      System.arraycopy(tables.bias, 0, encoded, u * dim, dim);
      kernel.gatherAdd(
          batch.weights(),
          batch.items(),
          batch.offset(u),
          batch.offset(u + 1),
          tables.source,
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
    int count = candidates.count();
    dense.score(n, count, dim, encoded, from * dim, panels, scores, from * scoresRow, scoresRow);
    for (int u = from; u < to; u++) {
      losses[u] = toScoreGradient(batch, u);
    }
    float[] back = new float[n * dim];
    dense.multiplyAdd(
        n, dim, count, scores, from * scoresRow, scoresRow, 1, targets, 0, dim, back, 0, dim);
    for (int i = 0; i < n * dim; i++) {
      dEncoded[from * dim + i] *= back[i] * growth[from * dim + i];
    }
  }

  /** Replaces a user's scores by the gradient of the loss; returns the user's part of the loss. */
  private double toScoreGradient(EncoderBatch batch, int u) {
    int at = u * scoresRow;
    int first = batch.targetOffset(u);
    int end = batch.targetOffset(u + 1);
    int count = candidates.count();
    for (int c = 0; c < count; c++) {
      scores[at + c] += targetBias[c];
    }
    double ofTargets = 0;
    for (int t = first; t < end; t++) {
      ofTargets += scores[at + candidates.place(batch.target(t))];
    }
    double logSum = dense.softmax(scores, at, count);
    int length = histories.count(batch.user(u));
    float weight = (float) (Math.pow(length, -0.5) / (meanWeight * batch.size()));
    for (int c = 0; c < count; c++) {
      scores[at + c] *= weight * (end - first);
    }
    for (int t = first; t < end; t++) {
      scores[at + candidates.place(batch.target(t))] -= weight;
    }
    return weight * ((end - first) * logSum - ofTargets);
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
        dTargets,
        from * dim,
        dim);
    for (int u = 0; u < users; u++) {
      for (int c = from; c < to; c++) {
        dTargetBias[c] += scores[u * scoresRow + c];
      }
    }
  }

  private void addSourceGradient(EncoderBatch batch, int u) {
    for (int d = 0; d < dim; d++) {
      dBias[d] += dEncoded[u * dim + d];
    }
    for (int at = batch.offset(u); at < batch.offset(u + 1); at++) {
      touch(batch.items()[at]);
    }
    kernel.scatterAdd(
        batch.weights(),
        batch.items(),
        batch.offset(u),
        batch.offset(u + 1),
        dEncoded,
        u * dim,
        dSource,
        dim,
        0,
        dim);
  }

  private void update() {
    step++;
    long steps = (long) spec.epochs() * Math.ceilDiv(order.length, spec.batch());
    tables.nextStep(spec.learningRate() * 0.5 * (1 + Math.cos(Math.PI * step / steps)));
    tables.updateSource(touched, touchedCount, dSource, workers);
    tables.updateTarget(candidates, dTargets, dTargetBias, workers);
    tables.updateBias(dBias);
  }

  /**
   * The vectors of all users, given their histories, and of all items. One value more than the spec
   * says: the item's bias, and 1 for the user.
   */
  RankingVectors vectors() {
    int size = dim + 1;
    float[] users = new float[Math.multiplyExact(histories.userCount(), size)];
    EncoderBatch whole = new EncoderBatch(histories, itemWeights, false);
    for (int user = 0; user < histories.userCount(); user++) {
      int at = user * size;
      System.arraycopy(tables.bias, 0, users, at, dim);
      if (histories.count(user) > 0) {
        whole.clear();
        whole.add(user, 0, random);
        kernel.gatherAdd(
            whole.weights(), whole.items(), 0, whole.offset(1), tables.source, dim, users, at);
      }
      kernel.tanh(users, at, dim);
      users[at + dim] = 1;
    }
    return new RankingVectors(size, users, itemVectors());
  }

  /** (items, dim + 1), the bias last. */
  float[] itemVectors() {
    int size = dim + 1;
    float[] vectors = new float[Math.multiplyExact(items, size)];
    for (int item = 0; item < items; item++) {
      System.arraycopy(tables.target, item * dim, vectors, item * size, dim);
      vectors[item * size + dim] = tables.itemBias[item];
    }
    return vectors;
  }

  /** (items, dim): what an item adds to a history of one, before the bias. */
  float[] weightedSource() {
    float[] source = tables.source.clone();
    for (int i = 0; i < source.length; i++) {
      source[i] *= itemWeights[i / dim];
    }
    return source;
  }

  /** (dim); shared. */
  float[] bias() {
    return tables.bias;
  }

  /** Trainable floats. */
  long parameterCount() {
    return tables.size();
  }

  /** The trainable arrays and, in the same order, where their gradients are left. */
  float[][][] parametersAndGradients() {
    return new float[][][] {tables.arrays(), {dSource, dTargets, dBias, dTargetBias}};
  }

  @Override
  public double validate() {
    return validation.applyAsDouble(vectors());
  }

  @Override
  public void keep() {
    tables.keep();
  }

  @Override
  public void restore() {
    tables.restore();
  }
}
