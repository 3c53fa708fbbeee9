package org.espalier.learning.experiment;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.train.TrainingOutcome;

/**
 * What a retrieval experiment found.
 *
 * @param model {@code mf} or another model's name
 * @param loss what it was trained with
 * @param parameters how many numbers the model stores
 * @param test the model on the test slice
 * @param popularity the baseline on the test slice
 * @param outcome how training went
 * @param peakRssMb the largest resident memory of this process so far, in MB
 */
public record RetrievalReport(
    String model,
    String loss,
    int dim,
    long seed,
    long parameters,
    RetrievalResult test,
    RetrievalResult popularity,
    TrainingOutcome outcome,
    double peakRssMb) {

  /**
   * The report under the names of the command line's JSON: numbers, strings, and the baseline's
   * metrics as a map of its own.
   */
  public SequencedMap<String, Object> fields() {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("loss", loss);
    fields.put("dim", dim);
    fields.put("seed", seed);
    fields.put("parameters", parameters);
    fields.putAll(metrics(test));
    fields.put("epochs", outcome.epochs());
    fields.put("best_epoch", outcome.bestEpoch());
    fields.put("epoch_seconds", outcome.epochSeconds());
    fields.put("seconds_to_best", outcome.untilBest().toNanos() * 1e-9);
    fields.put("train_seconds", outcome.total().toNanos() * 1e-9);
    fields.put("stopped", outcome.reason().name().toLowerCase(Locale.ROOT));
    fields.put("valid_ndcg@20", outcome.bestValidation());
    fields.put("peak_rss_mb", peakRssMb);
    fields.put("popularity", metrics(popularity));
    return fields;
  }

  private static Map<String, Object> metrics(RetrievalResult result) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      metrics.put(metric.label(), result.mean(metric));
    }
    return metrics;
  }
}
