package org.espalier.service.ranking.filter;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A set of ids, given by its members or by everything else: nobody knows all ids, and one without a record must still
 * be found by what it has not. Owns its bitmap.
 *
 * @param ids the members, or the others
 * @param complement whether {@code ids} are the others
 */
public record Matches(RoaringBitmap ids, boolean complement) {

  static Matches none() {
    return new Matches(new RoaringBitmap(), false);
  }

  static Matches everything() {
    return new Matches(new RoaringBitmap(), true);
  }

  public boolean contains(int id) {
    return ids.contains(id) != complement;
  }

  /** The only ids that may pass; null when that is said by {@link #denied}. */
  public @Nullable RoaringBitmap allowed() {
    return complement ? null : ids;
  }

  /** Ids that may not pass; null when that is said by {@link #allowed}. */
  public @Nullable RoaringBitmap denied() {
    return complement ? ids : null;
  }

  Matches not() {
    return new Matches(ids, !complement);
  }

  /** What is in both; uses up this one's bitmap and the other's. */
  Matches and(Matches other) {
    if (complement && other.complement) {
      ids.or(other.ids);
      return this;
    }
    if (complement) {
      return other.and(this);
    }
    if (other.complement) {
      ids.andNot(other.ids);
    } else {
      ids.and(other.ids);
    }
    return this;
  }

  /** What is in either; uses up this one's bitmap and the other's. */
  Matches or(Matches other) {
    return not().and(other.not()).not();
  }
}
