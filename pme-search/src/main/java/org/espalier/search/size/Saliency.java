package org.espalier.search.size;

import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.espalier.search.data.CtrSamples;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrPass;
import org.espalier.search.model.Gradients;
import org.espalier.search.model.TableLayout;

/** Accumulates the saliency of every number in a model's rows over mini-batches of a log. */
public final class Saliency {

  /** Where the labels of the batches come from. */
  public enum Labels {
    /** What the log says. */
    LOG,
    /** Drawn from the model's own probabilities. */
    OWN
  }

  private Saliency() {}

  /**
   * Saliencies of the rows' numbers, (tokens, D) row-major; zero where a row is shorter. The model's
   * rows must be nested.
   *
   * @param samples the log; batches are drawn from it at random
   * @param batches how many batches, at least 1
   * @param batch samples a batch
   * @param cancelled asked before every batch; when true the sum so far is returned
   */
  public static double[] of(
      CtrModel model,
      CtrSamples samples,
      Labels labels,
      Criterion criterion,
      int batches,
      int batch,
      SplittableRandom random,
      BooleanSupplier cancelled) {
    TableLayout layout = model.layout();
    int dim = layout.dim();
    double[] sums = new double[Math.multiplyExact(layout.tokenCount(), dim)];
    CtrPass pass = new CtrPass(model);
    int[] order = new int[Math.min(batch, samples.count())];
    for (int b = 0; b < batches && !cancelled.getAsBoolean(); b++) {
      for (int i = 0; i < order.length; i++) {
        order[i] = random.nextInt(samples.count());
      }
      if (labels == Labels.OWN) {
        pass.gradientOfOwnLabels(samples, order, 0, order.length, random);
      } else {
        pass.gradient(samples, order, 0, order.length);
      }
      Gradients gradients = pass.gradients();
      for (int i = 0; i < gradients.touchedCount(); i++) {
        int token = gradients.touched(i);
        int at = layout.rowAt(token);
        for (int d = 0; d < layout.size(token); d++) {
          sums[token * dim + d] +=
              criterion.contribution(gradients.table()[at + d], model.tableValues()[at + d]);
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = criterion.finish(sums[i]);
    }
    return sums;
  }
}
