package org.espalier.search.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.size.NoRoomException;

/** Many experiments on one log, and their table: methods by budgets, mean and deviation over seeds. */
public final class CtrSweep {

  private CtrSweep() {}

  /**
   * One row of the table.
   *
   * @param runs seeds that it is the mean of
   * @param aucMean on the test file
   * @param aucDeviation standard deviation over the seeds, 0 for one
   * @param parameters stored numbers, the most of any seed
   */
  public record Row(
      String method,
      String projection,
      boolean distil,
      double keep,
      int runs,
      double aucMean,
      double aucDeviation,
      double loglossMean,
      int parameters) {}

  /**
   * Runs all settings; those whose budget has no room for their method give no report.
   *
   * @param settings seed by seed, so that teachers are trained once a seed
   */
  public static List<CtrReport> run(
      CtrExperiment experiment,
      List<CtrSettings> settings,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    List<CtrReport> reports = new ArrayList<>();
    for (CtrSettings one : settings) {
      try {
        reports.add(experiment.run(one, listener, cancelled));
      } catch (NoRoomException _) {
        // an empty cell: the table shows which methods cannot go that low
      }
    }
    return List.copyOf(reports);
  }

  /** Means over seeds, in the order in which the first of each was run. */
  public static List<Row> rows(List<CtrReport> reports) {
    record Key(String method, String projection, boolean distil, double keep) {}

    Map<Key, List<CtrReport>> groups = new LinkedHashMap<>();
    for (CtrReport report : reports) {
      Key key = new Key(report.method(), report.projection(), report.distil(), report.keep());
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(report);
    }
    List<Row> rows = new ArrayList<>();
    groups.forEach((key, group) -> {
      double[] aucs = group.stream().mapToDouble(CtrReport::auc).toArray();
      rows.add(
          new Row(
              key.method(),
              key.projection(),
              key.distil(),
              key.keep(),
              group.size(),
              mean(aucs),
              deviation(aucs),
              mean(group.stream().mapToDouble(CtrReport::logloss).toArray()),
              group.stream().mapToInt(CtrReport::parameters).max().orElseThrow()));
    });
    return List.copyOf(rows);
  }

  /** The rows as a Markdown table. */
  public static String table(List<Row> rows) {
    StringBuilder table =
        new StringBuilder(
            """
            | method | projection | distil | keep | numbers | AUC | logloss | seeds |
            |---|---|---|---|---|---|---|---|
            """);
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %,d | %.4f ± %.4f | %.4f | %d |%n",
              row.method(),
              row.projection(),
              row.distil() ? "on" : "off",
              row.keep(),
              row.parameters(),
              row.aucMean(),
              row.aucDeviation(),
              row.loglossMean(),
              row.runs()));
    }
    return table.toString();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double deviation(double[] values) {
    if (values.length < 2) {
      return 0;
    }
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
