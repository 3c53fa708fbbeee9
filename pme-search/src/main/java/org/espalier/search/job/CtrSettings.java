package org.espalier.search.job;

import org.espalier.search.model.Architecture;
import org.espalier.search.model.Projecting;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.Method;

/**
 * One experiment on a click log.
 *
 * @param kind the network above the tables
 * @param dim the full size, in 1 .. 256
 * @param keep the share of the full-size model's numbers that may be stored, in (0, 1]
 * @param projecting how rows reach the model's space; {@code MASKED} is chosen by the method
 * @param distil whether the model learns from teachers instead of from the labels
 * @param criterion the saliency of {@code PME}
 * @param sizeMin the least size that every token of every field gets
 * @param seed same seed and threads, same model
 */
public record CtrSettings(
    Architecture.Kind kind,
    int dim,
    Method method,
    double keep,
    Projecting projecting,
    boolean distil,
    Criterion criterion,
    int sizeMin,
    long seed,
    int threads) {

  private static final int DIM_MAX = 256;

  public CtrSettings {
    if (dim < 1 || dim > DIM_MAX) {
      throw new IllegalArgumentException("dim=%d is not in 1 .. %d".formatted(dim, DIM_MAX));
    }
    if (!(keep > 0 && keep <= 1)) {
      throw new IllegalArgumentException("keep=" + keep + " is not in (0, 1]");
    }
    if (projecting == Projecting.MASKED) {
      throw new IllegalArgumentException("a mask is a method, not a projection");
    }
    if (sizeMin < 0 || sizeMin > dim) {
      throw new IllegalArgumentException(
          "sizeMin=%d is not in 0 .. dim %d".formatted(sizeMin, dim));
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads=" + threads + " is below 1");
    }
  }

  /** The usual settings: nested, warm Taylor saliency for PME, no least size, one thread. */
  public static CtrSettings of(
      Architecture.Kind kind, int dim, Method method, double keep, boolean distil, long seed) {
    return new CtrSettings(
        kind, dim, method, keep, Projecting.NESTED, distil, Criterion.TAYLOR, 0, seed, 1);
  }

  /** The same experiment with rows that are projected, and the published saliency. */
  public CtrSettings asPublished() {
    return new CtrSettings(
        kind,
        dim,
        method,
        keep,
        Projecting.PROJECTED,
        distil,
        Criterion.CONNECTION,
        sizeMin,
        seed,
        threads);
  }

  /** The same experiment at another budget. */
  public CtrSettings withKeep(double other) {
    return new CtrSettings(
        kind, dim, method, other, projecting, distil, criterion, sizeMin, seed, threads);
  }

  /** The same experiment with another saliency. */
  public CtrSettings withCriterion(Criterion other) {
    return new CtrSettings(
        kind, dim, method, keep, projecting, distil, other, sizeMin, seed, threads);
  }

  /** The same experiment with another number of threads. */
  public CtrSettings withThreads(int other) {
    return new CtrSettings(
        kind, dim, method, keep, projecting, distil, criterion, sizeMin, seed, other);
  }

  /** The full-size model that this one is judged against: trained on the labels. */
  public CtrSettings atFullSize() {
    return new CtrSettings(
        kind, dim, Method.FULL, 1, Projecting.NESTED, false, criterion, 0, seed, threads);
  }
}
