package org.espalier.search.job;

/** How much memory a search takes at most, from the size of its log: the largest phase's arrays, counted. */
final class MemoryEstimate {

  /** Item and time of an interaction in the log, its two later copies, and twice in the set of pairs. */
  private static final long BYTES_PER_INTERACTION = 3 * (4 + 8 + 4) + 2 * 4;

  /**
   * Single-precision copies of both tables at the same time: the teacher, the balanced one, its squares and panels, the
   * student, one weighted and one optimiser's two; saliency in double and its gain curves count three.
   */
  private static final long TABLE_COPIES = 11;

  /** Scores of one batch of users. */
  private static final long SCRATCH_BYTES = 96L << 20;

  private MemoryEstimate() {}

  /** In bytes. */
  static long bytes(SearchSpec spec, long users, long items, long interactions) {
    long copies = TABLE_COPIES + (spec.teacher() == SearchSpec.Teacher.ACTIVE ? 1 : 0);
    return SCRATCH_BYTES
        + BYTES_PER_INTERACTION * interactions
        + copies * Float.BYTES * (users + items) * spec.dim();
  }
}
