package org.espalier.learning.mf;

import java.util.Optional;
import java.util.SplittableRandom;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;

/** The weights in training, their best state so far and what all losses need beside them. */
final class Factors {

  final int dim;
  final int epochsMax;
  final float[] users;
  final float[] items;
  final SplittableRandom random;
  final Workers workers;
  private final Optional<RetrievalEvaluator> evaluator;
  private float[] keptUsers = new float[0];
  private float[] keptItems = new float[0];

  Factors(MfSpec spec, ItemSets seen, Optional<RetrievalEvaluator> evaluator, Workers workers) {
    this.dim = spec.dim();
    this.epochsMax = spec.epochsMax();
    this.random = new SplittableRandom(spec.seed());
    this.users = gaussians(seen.userCount(), spec.initDeviation());
    this.items = gaussians(seen.itemCount(), spec.initDeviation());
    this.evaluator = evaluator;
    this.workers = workers;
  }

  double validate() {
    return evaluator
        .map(e -> e.evaluate(dim, users, items, workers).mean(RetrievalMetric.NDCG_20))
        .orElse(Double.NaN);
  }

  void keep() {
    if (keptUsers.length == 0) {
      keptUsers = users.clone();
      keptItems = items.clone();
    } else {
      System.arraycopy(users, 0, keptUsers, 0, users.length);
      System.arraycopy(items, 0, keptItems, 0, items.length);
    }
  }

  void restore() {
    System.arraycopy(keptUsers, 0, users, 0, users.length);
    System.arraycopy(keptItems, 0, items, 0, items.length);
  }

  MfModel model() {
    return new MfModel(dim, users, items);
  }

  private float[] gaussians(int rows, double deviation) {
    float[] values = new float[Math.multiplyExact(rows, dim)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
