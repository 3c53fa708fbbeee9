package org.espalier.service.ranking;

import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * What a request wants, checked and in the store's terms.
 *
 * @param allowed only these entities; null for all
 * @param denied none of these; not to be changed
 * @param seen which of the user's events keep their items out; null for none
 * @param popularBy the users' field by which popularity is told; null for all users together
 */
record Query(
    @Nullable RoaringBitmap allowed,
    RoaringBitmap denied,
    @Nullable Seen seen,
    Diversity diversity,
    @Nullable String popularBy) {

  /**
   * Events of a user.
   *
   * @param types by event type id
   * @param sinceMs empty for any age
   */
  record Seen(IntPredicate types, OptionalLong sinceMs) {}

  /** What is not to be found for a user. */
  Query without(RoaringBitmap more) {
    return new Query(allowed, RoaringBitmap.or(denied, more), null, diversity, popularBy);
  }

  boolean passes(int item) {
    return !denied.contains(item) && (allowed == null || allowed.contains(item));
  }
}
