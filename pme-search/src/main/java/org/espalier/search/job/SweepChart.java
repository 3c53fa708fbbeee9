package org.espalier.search.job;

import java.util.List;

/** Draws a sweep as SVG: test AUC over the share that is kept, a line for each way to prune. */
public final class SweepChart {

  private SweepChart() {}

  /** The chart; of the rows, one at least has a figure. */
  public static String svg(List<SweepTable.Row> rows) {
    return LineChart.svg(
        rows.stream().filter(row -> row.seeds() > 0).map(SweepChart::point).toList());
  }

  private static LineChart.Point point(SweepTable.Row row) {
    String line = row.contender() + (row.distil() ? ", distilled" : "");
    return new LineChart.Point(line, row.keep(), row.auc().mean(), row.auc().deviation());
  }
}
