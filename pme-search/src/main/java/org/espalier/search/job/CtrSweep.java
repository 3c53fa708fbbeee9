package org.espalier.search.job;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture;
import org.espalier.search.size.NoRoomException;

/**
 * Many experiments on one log: contenders by budgets by seeds, without and with distillation. The test
 * file is read once an experiment.
 *
 * @param threads parts that a batch is cut into
 */
public record CtrSweep(Architecture.Kind kind, int dim, int threads) {

  /** Follows a sweep from experiment to experiment. */
  public interface Observer {

    /**
     * An experiment starts.
     *
     * @param done how many of this call's have ended
     * @param total how many this call runs
     */
    void starts(SweepRun.Cell cell, int done, int total);

    /** Hears the trainings of the experiment that has started last. */
    TrainingListener trainings();
  }

  /**
   * The experiments of a sweep, seed by seed, so that teachers are trained once a seed. The full size
   * has one budget.
   */
  public static List<SweepRun.Cell> cells(
      List<Contender> contenders, List<Double> keeps, List<Boolean> distils, List<Long> seeds) {
    Set<SweepRun.Cell> cells = new LinkedHashSet<>();
    for (long seed : seeds) {
      for (boolean distil : distils) {
        for (Contender contender : contenders) {
          for (double keep : keeps) {
            cells.add(
                new SweepRun.Cell(contender, distil, contender == Contender.FULL ? 1 : keep, seed));
          }
        }
      }
    }
    return List.copyOf(cells);
  }

  /**
   * Refuses what no experiment can be run with.
   *
   * @throws IllegalArgumentException when a budget is not in (0, 1], or size or threads out of range
   */
  public void check(List<SweepRun.Cell> cells) {
    cells.forEach(this::settings);
  }

  /** The model and the data in one line, for {@link SweepLog#open}. */
  public String subject(CtrData data) {
    return "%s, dim %d, data %08x"
        .formatted(kind.name().toLowerCase(Locale.ROOT), dim, data.checksum());
  }

  /**
   * Runs the experiments that the log does not have, and adds each to it as it ends.
   *
   * @throws IllegalArgumentException as {@link #check} does, before any work
   * @throws java.util.concurrent.CancellationException when it was cancelled
   */
  public void run(
      CtrExperiment experiment,
      List<SweepRun.Cell> cells,
      SweepLog log,
      Observer observer,
      BooleanSupplier cancelled) {
    List<SweepRun.Cell> left = new ArrayList<>(cells);
    left.removeIf(log::contains);
    List<CtrSettings> settings = left.stream().map(this::settings).toList();
    for (int i = 0; i < left.size(); i++) {
      observer.starts(left.get(i), i, left.size());
      Optional<SweepRun.Figures> figures;
      try {
        CtrReport report = experiment.run(settings.get(i), observer.trainings(), cancelled);
        figures = Optional.of(SweepRun.Figures.of(report));
      } catch (NoRoomException _) {
        figures = Optional.empty(); // the table shows which contenders cannot go that low
      }
      log.append(new SweepRun(left.get(i), figures));
    }
  }

  private CtrSettings settings(SweepRun.Cell cell) {
    return cell.contender().settings(kind, dim, cell.keep(), cell.distil(), cell.seed(), threads);
  }
}
