package org.espalier.search.job;

import java.util.Optional;

/**
 * One experiment of a sweep and what came of it.
 *
 * @param figures empty when the budget has no room for what the contender stores
 */
public record SweepRun(Cell cell, Optional<Figures> figures) {

  /**
   * What is run.
   *
   * @param keep 1 for the full size
   */
  public record Cell(Contender contender, boolean distil, double keep, long seed) {}

  /**
   * What is kept of a {@link CtrReport}.
   *
   * @param auc on the test file
   * @param logloss on the test file
   * @param validAuc on the validation file, which choices are made on
   * @param parameters every number that the tables store
   */
  public record Figures(
      double auc,
      double logloss,
      double validAuc,
      int parameters,
      int epochs,
      double epochSeconds,
      double searchSeconds,
      double trainSeconds,
      double teacherSeconds) {

    static Figures of(CtrReport report) {
      return new Figures(
          report.auc(),
          report.logloss(),
          report.validAuc(),
          report.parameters(),
          report.epochs(),
          report.epochSeconds(),
          report.searchSeconds(),
          report.trainSeconds(),
          report.teacherSeconds());
    }
  }
}
