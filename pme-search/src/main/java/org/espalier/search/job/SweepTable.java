package org.espalier.search.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The table of a sweep: contenders by budgets, mean and standard deviation over seeds. */
public final class SweepTable {

  private SweepTable() {}

  /**
   * One row of the table.
   *
   * @param seeds that it is the mean of; 0 when the budget has no room for the contender
   * @param auc on the test file
   * @param logloss on the test file
   * @param validAuc on the validation file
   * @param parameters stored numbers, the most of any seed
   * @param searchSeconds mean, until the sizes were known
   * @param trainSeconds mean, of the training that followed
   */
  public record Row(
      Contender contender,
      boolean distil,
      double keep,
      int seeds,
      Spread auc,
      Spread logloss,
      Spread validAuc,
      int parameters,
      double searchSeconds,
      double trainSeconds) {}

  /**
   * A mean over seeds.
   *
   * @param deviation standard deviation, 0 for one seed
   */
  public record Spread(double mean, double deviation) {

    static Spread of(List<SweepRun.Figures> group, ToDoubleFunction<SweepRun.Figures> figure) {
      double mean = group.stream().mapToDouble(figure).average().orElse(0);
      double squares =
          group.stream().mapToDouble(figure).map(value -> (value - mean) * (value - mean)).sum();
      return new Spread(mean, group.size() < 2 ? 0 : Math.sqrt(squares / (group.size() - 1)));
    }
  }

  /** Rows from runs: by contender, without and with distillation, largest budget first. */
  public static List<Row> rows(Collection<SweepRun> runs) {
    record Key(Contender contender, boolean distil, double keep) {}

    Map<Key, List<SweepRun.Figures>> groups =
        new TreeMap<>(
            Comparator.comparing(Key::contender)
                .thenComparing(Key::distil)
                .thenComparing(Key::keep, Comparator.reverseOrder()));
    for (SweepRun run : runs) {
      Key key = new Key(run.cell().contender(), run.cell().distil(), run.cell().keep());
      List<SweepRun.Figures> group = groups.computeIfAbsent(key, _ -> new ArrayList<>());
      run.figures().ifPresent(group::add);
    }
    List<Row> rows = new ArrayList<>();
    groups.forEach((key, group) ->
        rows.add(
            new Row(
                key.contender(),
                key.distil(),
                key.keep(),
                group.size(),
                Spread.of(group, SweepRun.Figures::auc),
                Spread.of(group, SweepRun.Figures::logloss),
                Spread.of(group, SweepRun.Figures::validAuc),
                group.stream().mapToInt(SweepRun.Figures::parameters).max().orElse(0),
                Spread.of(group, SweepRun.Figures::searchSeconds).mean(),
                Spread.of(group, SweepRun.Figures::trainSeconds).mean())));
    return List.copyOf(rows);
  }

  /** The rows as a Markdown table. */
  public static String markdown(List<Row> rows) {
    StringBuilder table =
        new StringBuilder(
            """
            | method | distilled | keep | numbers | test AUC | logloss | valid AUC | search s | training s | seeds |
            |---|---|---|---|---|---|---|---|---|---|
            """);
    for (Row row : rows) {
      table.append("| %s | %s | %s | ".formatted(row.contender(), yesNo(row.distil()), row.keep()));
      table.append(
          row.seeds() == 0
              ? "– | no room | | | | | |\n"
              : String.format(
                  Locale.ROOT,
                  "%,d | %.4f ± %.4f | %.4f | %.4f ± %.4f | %.1f | %.1f | %d |%n",
                  row.parameters(),
                  row.auc().mean(),
                  row.auc().deviation(),
                  row.logloss().mean(),
                  row.validAuc().mean(),
                  row.validAuc().deviation(),
                  row.searchSeconds(),
                  row.trainSeconds(),
                  row.seeds()));
    }
    return table.toString();
  }

  private static String yesNo(boolean value) {
    return value ? "yes" : "no";
  }
}
