package org.espalier.service.console;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.espalier.learning.metric.RetrievalMetric;

/** Retrieval metrics of several models, one model a row. */
public final class RetrievalTable {

  private final TextTable table;

  public RetrievalTable() {
    table =
        new TextTable(
            cells("model", Arrays.stream(RetrievalMetric.values()).map(RetrievalMetric::label)));
  }

  /** Adds a model and what its metrics are. */
  public RetrievalTable row(String model, ToDoubleFunction<RetrievalMetric> metrics) {
    table.row(
        cells(
            model,
            Arrays.stream(RetrievalMetric.values())
                .map(metric -> String.format(Locale.ROOT, "%.4f", metrics.applyAsDouble(metric)))));
    return this;
  }

  private static String[] cells(String first, Stream<String> others) {
    return Stream.concat(Stream.of(first), others).toArray(String[]::new);
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
