package org.espalier.search.job;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;

/**
 * {@code budget: auto}: the smallest of some budgets whose loss of quality on the validation file stays
 * inside a guard. Budgets are tried from small to large until one is good enough.
 */
public final class AutoBudget {

  private static final List<Double> KEEPS = List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5);

  private AutoBudget() {}

  /**
   * What was tried.
   *
   * @param full the full-size model that the others are judged against
   * @param tried the pruned models, smallest first; budgets without room are left out
   * @param chosen the first inside the guard; the full-size one when none is
   */
  public record Choice(CtrReport full, List<CtrReport> tried, CtrReport chosen) {}

  /**
   * Finds the budget.
   *
   * @param settings method, model and seed; its {@code keep} is not used
   * @param maxDrop how much validation AUC may be lost against the full size, at least 0
   */
  public static Choice find(
      CtrExperiment experiment,
      CtrSettings settings,
      double maxDrop,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    if (!(maxDrop >= 0)) {
      throw new IllegalArgumentException("maxDrop=" + maxDrop + " is below 0");
    }
    if (settings.method() == Method.FULL) {
      throw new IllegalArgumentException("method FULL has no budget to choose");
    }
    CtrReport full = experiment.run(settings.atFullSize(), listener, cancelled);
    List<CtrReport> tried = new ArrayList<>();
    for (double keep : KEEPS) {
      CtrReport report;
      try {
        report = experiment.run(settings.withKeep(keep), listener, cancelled);
      } catch (NoRoomException _) {
        continue; // the next budget is larger
      }
      tried.add(report);
      if (report.validAuc() >= full.validAuc() - maxDrop) {
        return new Choice(full, List.copyOf(tried), report);
      }
    }
    return new Choice(full, List.copyOf(tried), full);
  }
}
