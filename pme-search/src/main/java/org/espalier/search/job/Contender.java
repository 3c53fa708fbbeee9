package org.espalier.search.job;

import java.util.Locale;
import org.espalier.search.model.Architecture;
import org.espalier.search.size.Method;

/** What stands in a sweep's table: a method in its best recipe, or the published one. */
public enum Contender {
  FULL,
  UNIFORM,
  POPULARITY,
  MAGNITUDE,
  MASK,
  /** The published recipe: saliency at initialisation, a projection a size, from scratch. */
  PAPER,
  PME;

  /** The experiment that gives one of its figures. */
  CtrSettings settings(
      Architecture.Kind kind, int dim, double keep, boolean distil, long seed, int threads) {
    Method method = this == PAPER ? Method.PME : Method.valueOf(name());
    CtrSettings settings =
        CtrSettings.of(kind, dim, method, keep, distil, seed).withThreads(threads);
    return this == PAPER ? settings.asPublished() : settings;
  }

  /** As tables and files name it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
