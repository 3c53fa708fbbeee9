package org.espalier.service.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.service.console.RetrievalTable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code evaluate retrieval} says.
 *
 * @param popularity the baseline, by the same evaluator
 */
record RetrievalReport(
    String model,
    String loss,
    DataFolder folder,
    MfSpec spec,
    MfTraining training,
    RetrievalResult measured,
    RetrievalResult popularity) {

  /**
   * One JSON object; its field names are part of the interface.
   *
   * @param peakRssMb null in the object when it is unknown
   */
  String json(OptionalLong peakRssMb) {
    TrainingOutcome outcome = training.outcome();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("loss", loss);
    fields.put("dim", spec.dim());
    fields.put("seed", spec.seed());
    fields.put("threads", spec.threads());
    fields.put("users", folder.users().size());
    fields.put("items", folder.items().size());
    fields.put("test_users", measured.users().length);
    fields.put("parameters", training.model().parameters());
    fields.putAll(metrics(measured));
    fields.put("popularity", metrics(popularity));
    fields.put("epochs", outcome.epochs());
    fields.put("best_epoch", outcome.bestEpoch());
    fields.put("epoch_seconds", round(outcome.epochSeconds()));
    fields.put("seconds_to_best", round(outcome.untilBest().toNanos() * 1e-9));
    fields.put("train_seconds", round(outcome.total().toNanos() * 1e-9));
    fields.put("peak_rss_mb", peakRssMb.isPresent() ? peakRssMb.getAsLong() : null);
    return JsonMapper.shared().writeValueAsString(fields);
  }

  /** The same for people. */
  String table() {
    TrainingOutcome outcome = training.outcome();
    return new RetrievalTable()
            .row("popularity", popularity::mean)
            .row(model + " (" + loss + ")", measured::mean)
        + String.format(
            Locale.ROOT,
            "%n%,d users with test items among %,d items; %,d parameters in %d dimensions%n"
                + "%d epochs of %.2f s, the best after %.1f s, %.1f s in all; seed %d%n",
            measured.users().length,
            folder.items().size(),
            training.model().parameters(),
            spec.dim(),
            outcome.epochs(),
            outcome.epochSeconds(),
            outcome.untilBest().toNanos() * 1e-9,
            outcome.total().toNanos() * 1e-9,
            spec.seed());
  }

  private static Map<String, Double> metrics(RetrievalResult result) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      metrics.put(metric.label(), round(result.mean(metric)));
    }
    return metrics;
  }

  private static double round(double value) {
    return Math.round(value * 1e6) / 1e6;
  }
}
