package org.espalier.search.model;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.espalier.search.data.CtrSamples;

/** One thread's way through a model, forward and back. It reads the model and writes none of it. */
public final class CtrPass {

  private final CtrModel model;
  private final UnitBatch batch;
  private final List<Head> heads;
  private final Gradients gradients;
  private float[] logits = new float[0];
  private float[] targets = new float[0];
  private float[] dLogits = new float[0];

  /** A workspace for a model; gradients take as much memory as the model's numbers. */
  public CtrPass(CtrModel model) {
    this.model = model;
    batch = new UnitBatch(model.fields());
    heads = model.newHeads();
    gradients = new Gradients(model.layout(), model.denseCount());
  }

  /** The gradients that backward passes have added up since they were last cleared. */
  public Gradients gradients() {
    return gradients;
  }

  float[] logits() {
    return logits;
  }

  void forward(int[] cells, int[] order, int from, int count, Dropout dropout) {
    int dim = model.layout().dim();
    batch.fill(cells, order, from, count, dim);
    model.tables().forward(batch);
    logits = UnitBatch.atLeast(logits, count);
    Arrays.fill(logits, 0, count, 0f);
    for (Head head : heads) {
      head.forward(batch, model.dense(), dropout, logits);
    }
  }

  /**
   * Adds the gradient of {@code scale · Σ loss} over the last forward's samples and returns {@code Σ
   * loss}.
   */
  double backward(float[] labels, int[] order, int from, float scale) {
    int count = batch.sampleCount();
    targets = UnitBatch.atLeast(targets, count);
    for (int s = 0; s < count; s++) {
      targets[s] = labels[order[from + s]];
    }
    return backward(scale);
  }

  private double backward(float scale) {
    int count = batch.sampleCount();
    dLogits = UnitBatch.atLeast(dLogits, count);
    double sum = 0;
    for (int s = 0; s < count; s++) {
      float label = targets[s];
      sum += LogisticLoss.value(logits[s], label);
      dLogits[s] = scale * LogisticLoss.derivative(logits[s], label);
    }
    for (Head head : heads) {
      head.backward(batch, model.dense(), dLogits, gradients.dense());
    }
    model.tables().backward(batch, gradients);
    return sum;
  }

  /**
   * Forward without dropout and back, over some samples, on cleared gradients.
   *
   * @param order the samples are {@code order[from .. from + count)}
   * @return the mean loss, whose gradient is left in {@link #gradients()}
   */
  public double gradient(CtrSamples samples, int[] order, int from, int count) {
    gradients.clear();
    forward(samples.cells(), order, from, count, Dropout.none());
    return backward(samples.labels(), order, from, 1f / count) / count;
  }

  /**
   * As {@link #gradient}, with labels drawn from the model's own probabilities instead of the samples':
   * the gradient's spread is then the model's Fisher information, free of what it has not learned.
   */
  public double gradientOfOwnLabels(
      CtrSamples samples, int[] order, int from, int count, RandomGenerator random) {
    gradients.clear();
    forward(samples.cells(), order, from, count, Dropout.none());
    targets = UnitBatch.atLeast(targets, count);
    for (int s = 0; s < count; s++) {
      targets[s] = random.nextDouble() < 1 / (1 + Math.exp(-logits[s])) ? 1 : 0;
    }
    return backward(1f / count) / count;
  }
}
