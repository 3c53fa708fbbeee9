package org.espalier.search.retrieval;

import java.util.OptionalInt;
import org.espalier.search.size.Method;

/**
 * How to prune the two tables of a factorisation.
 *
 * @param method how sizes are found; {@code MAGNITUDE} and {@code MASK} leave gaps in rows, which no
 *     multi-size table holds: they are for comparison
 * @param keep the share of the full-size tables' numbers that may be stored, in (0, 1]
 * @param users bounds of the users' table
 * @param items bounds of the items' table
 * @param space the coordinates that pruned rows share; empty to choose by validation
 * @param seed same seed, same tables, with any number of threads
 */
public record PruneSpec(
    Method method, double keep, Bounds users, Bounds items, OptionalInt space, long seed) {

  /**
   * What one field may have.
   *
   * @param sizeMin the least size of every token, at least 0
   * @param keepMax the most that the field's rows may take of its own full size, in (0, 1]
   */
  public record Bounds(int sizeMin, double keepMax) {

    /** Nothing but the whole budget. */
    public static final Bounds NONE = new Bounds(0, 1);

    public Bounds {
      if (sizeMin < 0) {
        throw new IllegalArgumentException("sizeMin=" + sizeMin + " is below 0");
      }
      requireShare("keepMax", keepMax);
    }
  }

  public PruneSpec {
    requireShare("keep", keep);
  }

  /** Without bounds of fields, in a space chosen by validation. */
  public static PruneSpec of(Method method, double keep, long seed) {
    return new PruneSpec(method, keep, Bounds.NONE, Bounds.NONE, OptionalInt.empty(), seed);
  }

  /** The same by another method. */
  public PruneSpec withMethod(Method other) {
    return new PruneSpec(other, keep, users, items, space, seed);
  }

  /** The same at another budget. */
  public PruneSpec withKeep(double other) {
    return new PruneSpec(method, other, users, items, space, seed);
  }

  /** The same in a space of its own. */
  public PruneSpec withSpace(int other) {
    return new PruneSpec(method, keep, users, items, OptionalInt.of(other), seed);
  }

  /** The numbers that tables of so many tokens may store. */
  public long budget(long tokens, int dim) {
    return method == Method.FULL ? tokens * dim : (long) (keep * tokens * dim);
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + "=" + value + " is not in (0, 1]");
    }
  }
}
