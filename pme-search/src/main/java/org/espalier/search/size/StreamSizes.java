package org.espalier.search.size;

/**
 * Sizes by token id, as a stream saw them at one time.
 *
 * @param users sizes of users
 * @param items sizes of items
 * @param budget numbers that they may take
 */
@SuppressWarnings("ArrayRecordComponent") // columns; never compared, never changed
public record StreamSizes(int[] users, int[] items, long budget) {

  /**
   * The drift: the share of the budget that these sizes have where the others do not; 0 when they are the same, 1 when
   * nothing is where it was. With the sizes of the time at which the active generation was made, it says how far today's
   * best sizes are from it.
   */
  public double movedFrom(StreamSizes others) {
    return (double) (gained(users, others.users) + gained(items, others.items))
        / Math.max(1, budget);
  }

  private static long gained(int[] now, int[] before) {
    long sum = 0;
    for (int t = 0; t < now.length; t++) {
      sum += Math.max(0, now[t] - (t < before.length ? before[t] : 0));
    }
    return sum;
  }
}
