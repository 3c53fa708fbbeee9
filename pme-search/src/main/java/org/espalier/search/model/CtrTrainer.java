package org.espalier.search.model;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.CtrMetrics;
import org.espalier.learning.train.Progress;
import org.espalier.learning.train.Trainee;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.search.data.CtrSamples;

/**
 * Trains a click model in place and leaves it as it was at its best. A batch is cut into as many parts
 * as there are threads; their gradients are added in order, so the result depends on the seed and the
 * number of threads, not on who was faster.
 */
public final class CtrTrainer implements Trainee {

  private final CtrModel model;
  private final CtrModel kept;
  private final SampleSource source;
  private final CtrSamples valid;
  private final TrainingSpec spec;
  private final LazyAdam optimiser;
  private final SplittableRandom random;
  private final List<CtrPass> passes = new ArrayList<>(); // one a part
  private final List<Dropout> dropouts = new ArrayList<>();
  private final Workers workers;
  private int[] order = new int[0]; // of the samples; kept from epoch to epoch
  private long steps;
  private long stepNanos;
  private long samplesSeen;

  private CtrTrainer(
      CtrModel model, SampleSource source, CtrSamples valid, TrainingSpec spec, Workers workers) {
    this.model = model;
    this.source = source;
    this.valid = valid;
    this.spec = spec;
    this.workers = workers;
    kept = model.copy();
    optimiser = new LazyAdam(model);
    random = new SplittableRandom(spec.seed());
    for (int part = 0; part < spec.threads(); part++) {
      passes.add(new CtrPass(model));
      dropouts.add(Dropout.of(model.architecture().dropout(), random.split()));
    }
  }

  /**
   * Trains until the epochs are used up, patience ends, it diverges or it is cancelled.
   *
   * @param valid judged after every epoch; the best AUC decides
   */
  public static TrainingResult train(
      CtrModel model,
      SampleSource source,
      CtrSamples valid,
      TrainingSpec spec,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    try (Workers workers = new Workers(spec.threads())) {
      CtrTrainer trainer = new CtrTrainer(model, source, valid, spec, workers);
      TrainingOutcome outcome =
          new TrainingLoop(spec.epochsMax(), spec.patience()).run(trainer, listener, cancelled);
      double seconds = Math.max(1e-9, trainer.stepNanos * 1e-9);
      return new TrainingResult(
          outcome,
          model.judge(valid),
          seconds / Math.max(1, outcome.epochs()),
          trainer.samplesSeen / seconds);
    }
  }

  @Override
  public long samplesPerEpoch() {
    return source.samplesPerEpoch();
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    CtrSamples samples = source.epoch(epoch);
    long start = System.nanoTime();
    shuffle(samples.count());
    int batches = Math.ceilDiv(order.length, spec.batch());
    boolean goOn = true;
    for (int b = 0; b < batches && goOn; b++) {
      int from = b * spec.batch();
      int count = Math.min(spec.batch(), order.length - from);
      double lossSum = runBatch(samples, from, count);
      optimiser.step(passes.getFirst().gradients(), rate(batches), spec.l2());
      steps++;
      samplesSeen += count;
      goOn = progress.advance(count, lossSum);
    }
    stepNanos += System.nanoTime() - start;
  }

  private double rate(int batches) {
    if (!spec.cooling()) {
      return spec.learningRate();
    }
    double progress = steps / ((double) batches * spec.epochsMax());
    return spec.learningRate() * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  }

  private void shuffle(int count) {
    if (order.length != count) {
      order = new int[count];
    }
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      IntArrays.swap(order, i, random.nextInt(i + 1));
    }
  }

  /** Leaves the gradient of the batch's mean loss in the first pass; returns the sum of the losses. */
  private double runBatch(CtrSamples samples, int from, int count) {
    int parts = Math.min(passes.size(), count);
    double[] losses = new double[parts];
    workers.forBlocks(
        parts,
        1,
        (part, _, _) -> {
          int partFrom = from + (int) ((long) count * part / parts);
          int partTo = from + (int) ((long) count * (part + 1) / parts);
          CtrPass pass = passes.get(part);
          pass.gradients().clear();
          pass.forward(samples.cells(), order, partFrom, partTo - partFrom, dropouts.get(part));
          losses[part] = pass.backward(samples.labels(), order, partFrom, 1f / count);
        });
    double sum = losses[0];
    for (int part = 1; part < parts; part++) {
      passes.getFirst().gradients().add(passes.get(part).gradients());
      sum += losses[part];
    }
    return sum;
  }

  @Override
  public double validate() {
    CtrMetrics metrics = model.judge(valid);
    return metrics.auc();
  }

  @Override
  public void keep() {
    kept.assign(model);
  }

  @Override
  public void restore() {
    model.assign(kept);
  }
}
