package org.espalier.learning.experiment;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.espalier.embeddings.fit.Fit;
import org.espalier.embeddings.fit.FitReport;
import org.espalier.embeddings.fit.FitSpec;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;

/**
 * What a model ranks when its item vectors are shortened to a budget, as they would be served.
 *
 * @param fit sizes, numbers, and how near the scores are
 * @param test the shortened model on the slice that the full one is measured on
 */
public record FittedRetrieval(FitReport fit, RetrievalResult test) {

  /**
   * Fits the item vectors to the users' and measures them.
   *
   * @param users (users, dim), which stay as they are
   * @param items (items, dim)
   * @param keep the share of the item vectors' numbers that may be stored, in (0, 1]
   * @throws IllegalArgumentException when the budget leaves no room
   */
  public static FittedRetrieval of(
      int dim,
      float[] users,
      float[] items,
      double keep,
      RetrievalEvaluator evaluator,
      Workers workers) {
    int count = items.length / dim;
    Fit.Fitted fitted =
        Fit.fit(
            "item",
            "item",
            IntStream.range(0, count).toArray(),
            VectorSource.of("item vectors", dim, items),
            VectorSource.of("user vectors", dim, users),
            FitSpec.of(keep, dim),
            StepListener.NONE);
    float[] served = vectors(fitted.table(), count, dim);
    return new FittedRetrieval(fitted.report(), evaluator.evaluate(dim, users, served, workers));
  }

  private static float[] vectors(MultiSizeTable table, int count, int dim) {
    float[] vectors = new float[Math.multiplyExact(count, dim)];
    for (int item = 0; item < count; item++) {
      table.copyVector(item, vectors, item * dim);
    }
    return vectors;
  }

  /** The report under the names of the command line's JSON. */
  public SequencedMap<String, Object> fields() {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("keep", fit.keepAsked());
    fields.put("keep_stored", fit.keepGot());
    fields.put("numbers", fit.numbers());
    fields.put("bytes", fit.bytes());
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      fields.put(metric.label(), test.mean(metric));
    }
    return fields;
  }
}
