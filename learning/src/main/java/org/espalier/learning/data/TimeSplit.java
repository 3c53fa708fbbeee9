package org.espalier.learning.data;

import java.util.Arrays;

/**
 * One log cut at one time, so that what is validated on lies in the future of what was trained on.
 *
 * @param earlier before the cut
 * @param later at the cut and after it
 */
public record TimeSplit(Interactions earlier, Interactions later) {

  /**
   * Cuts so that about the last {@code fraction} of the interactions are later. Interactions of one
   * time stay together, so the later slice may be larger than asked.
   *
   * @param fraction between 0 and 1, both exclusive
   */
  public static TimeSplit last(Interactions all, double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException("fraction=" + fraction + " is not between 0 and 1");
    }
    if (!all.hasTimes() || all.size() == 0) {
      throw new IllegalArgumentException("a split by time needs interactions with times");
    }
    long[] times = new long[all.size()];
    Arrays.setAll(times, all::timeMs);
    Arrays.sort(times);
    long cutMs = times[Math.min(times.length - 1, (int) (times.length * (1 - fraction)))];
    return at(all, cutMs);
  }

  /** Cuts at a time: what happened at {@code cutMs} is later. */
  public static TimeSplit at(Interactions all, long cutMs) {
    var earlier = new Interactions.Builder(all.hasValues(), true);
    var later = new Interactions.Builder(all.hasValues(), true);
    for (int user = 0; user < all.userCount(); user++) {
      for (int at = all.begin(user); at < all.end(user); at++) {
        var side = all.timeMs(at) < cutMs ? earlier : later;
        side.add(user, all.item(at), all.value(at), all.timeMs(at));
      }
    }
    return new TimeSplit(
        earlier.build(all.userCount(), all.itemCount()),
        later.build(all.userCount(), all.itemCount()));
  }
}
