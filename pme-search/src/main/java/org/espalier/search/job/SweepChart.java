package org.espalier.search.job;

import java.util.List;

/** Draws a sweep as SVG: test AUC over the share that is kept, a line for each way to prune. */
public final class SweepChart {

  private SweepChart() {}

  /** The chart of at least one row. */
  public static String svg(List<CtrSweep.Row> rows) {
    return LineChart.svg(rows.stream().map(SweepChart::point).toList());
  }

  private static LineChart.Point point(CtrSweep.Row row) {
    String line =
        "%s, %s%s".formatted(row.method(), row.projection(), row.distil() ? ", distilled" : "");
    return new LineChart.Point(line, row.keep(), row.aucMean(), row.aucDeviation());
  }
}
