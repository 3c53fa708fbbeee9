package org.espalier.search.job;

import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.data.TimeSplit;
import org.espalier.learning.metric.RetrievalEvaluator;

/**
 * A log cut twice by time.
 *
 * @param train what models are trained on
 * @param valid what chooses
 * @param test what measures, once
 */
record SearchSplit(Interactions train, Interactions valid, Interactions test) {

  private static final int INTERACTIONS_MIN = 20;

  /**
   * Refuses what nothing can be learned from, and cuts the rest.
   *
   * @param heldOut the share of the interactions that measures; the same share of the rest chooses
   */
  static SearchSplit of(Interactions all, double heldOut) {
    require(
        all.size() > 0,
        "there are no interactions to search on; send events of a type that has a weight");
    require(
        all.userCount() > 1,
        "field user has a single token: whatever its size, no ranking depends on it");
    require(
        all.itemCount() > 1,
        "field item has a single token: whatever its size, no ranking depends on it");
    require(
        all.size() >= INTERACTIONS_MIN,
        "the log has %d interactions; a search needs at least %d"
            .formatted(all.size(), INTERACTIONS_MIN));
    ItemSets pairs = ItemSets.of(all);
    require(
        pairs.size() < (long) all.userCount() * all.itemCount(),
        "every user has interacted with every item: there is only one class, and nothing to rank");
    TimeSplit last = TimeSplit.last(all, heldOut);
    require(last.earlier().size() > 0, tooShort(all));
    TimeSplit before = TimeSplit.last(last.earlier(), heldOut);
    require(before.earlier().size() > 0, tooShort(all));
    SearchSplit split = new SearchSplit(before.earlier(), before.later(), last.later());
    require(split.choosing().userCount() > 0 && split.measuring().userCount() > 0, tooShort(all));
    return split;
  }

  /** Of the slice that chooses. */
  RetrievalEvaluator choosing() {
    return RetrievalEvaluator.of(valid, train);
  }

  /** Of the slice that measures. */
  RetrievalEvaluator measuring() {
    return RetrievalEvaluator.of(test, train, valid);
  }

  private static String tooShort(Interactions all) {
    return ("the log is too short to split by time: its %d interactions leave a slice without a user who chose something"
            + " new; wait for more events, or hold out a larger share")
        .formatted(all.size());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new SearchException(otherwise);
    }
  }
}
