package org.espalier.service.platform;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.TimeSplit;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;

/**
 * A log cut twice by time: what a model is trained on, what ends its training, and the latest slice, which measures it.
 */
public record HeldOutMeasure(Interactions train, Interactions validation, Interactions test) {

  private static final int INTERACTIONS_MIN = 20;

  /**
   * Cuts a log.
   *
   * @param fraction of the interactions that measure; the same fraction of the rest ends the training
   * @return empty when nothing is to be held out, or so little is known that a slice would be empty
   */
  public static Optional<HeldOutMeasure> of(Interactions all, double fraction) {
    if (fraction == 0 || all.size() < INTERACTIONS_MIN) {
      return Optional.empty();
    }
    TimeSplit last = TimeSplit.last(all, fraction);
    if (last.earlier().size() == 0) {
      return Optional.empty(); // all at one time
    }
    TimeSplit before = TimeSplit.last(last.earlier(), fraction);
    if (before.earlier().size() == 0) {
      return Optional.empty();
    }
    HeldOutMeasure measure = new HeldOutMeasure(before.earlier(), before.later(), last.later());
    return measure.evaluator().userCount() == 0 ? Optional.empty() : Optional.of(measure);
  }

  /**
   * The metrics of a model that was trained on {@link #train}, and those of popularity beside it.
   *
   * @param userVectors (userCount, dim)
   * @param itemVectors (itemCount, dim)
   */
  public Map<String, Double> metrics(
      int dim, float[] userVectors, float[] itemVectors, int threads) {
    RetrievalEvaluator evaluator = evaluator();
    Map<String, Double> metrics = new TreeMap<>();
    try (Workers workers = new Workers(threads)) {
      RetrievalResult ofModel = evaluator.evaluate(dim, userVectors, itemVectors, workers);
      RetrievalResult ofPopularity = evaluator.evaluatePopularity(train, workers);
      for (RetrievalMetric metric : RetrievalMetric.values()) {
        metrics.put(metric.label(), ofModel.mean(metric));
        metrics.put("popularity " + metric.label(), ofPopularity.mean(metric));
      }
    }
    metrics.put("users", (double) evaluator.userCount());
    return metrics;
  }

  private RetrievalEvaluator evaluator() {
    return RetrievalEvaluator.of(test, train, validation);
  }
}
