package org.espalier.embeddings.fit;

import java.util.List;
import org.espalier.embeddings.table.SizeGroup;
import org.jspecify.annotations.Nullable;

/**
 * What a fit came to.
 *
 * @param keepAsked the share of the full table's numbers that was allowed
 * @param keepGot the share that is stored, rotation and default row among them
 * @param numbers what {@code keepGot} is the share of {@code items · dim} of
 * @param bytes of rows, rotation and default row
 * @param fullBytes of all vectors in single precision
 * @param price the λ of the allocation: the expected squared score error that a number had to save
 * @param meanDefault whether rows of size 0 stand for their mean, and not for zero
 * @param groups rows by size
 * @param quality against the vectors that were fitted; null when it was not measured
 */
public record FitReport(
    int items,
    int dim,
    double keepAsked,
    double keepGot,
    long numbers,
    long bytes,
    long fullBytes,
    double price,
    boolean meanDefault,
    List<SizeGroup> groups,
    @Nullable Quality quality,
    double seconds) {

  /**
   * How near the fitted scores are.
   *
   * @param queries how many were asked, of the queries given, or of the items when there were none
   * @param overlapAt10 the share of the exact top 10 that is still among the top 10, over queries
   * @param overlapAt100 the same for 100; with fewer items, of all of them
   * @param scoreError root mean square of the scores' error over that of the scores
   */
  public record Quality(int queries, double overlapAt10, double overlapAt100, double scoreError) {}
}
