package org.espalier.learning.data;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who did something to what, as compressed rows by user: the interactions of user {@code u} are at
 * positions {@code begin(u) <= at < end(u)}, oldest first where times are known, else in the order of
 * the input. A pair may stand more than once. Immutable.
 */
public final class Interactions {

  private final int itemCount;
  private final int[] offsets;
  private final int[] items;
  private final float @Nullable [] values;
  private final long @Nullable [] times;

  private Interactions(
      int itemCount,
      int[] offsets,
      int[] items,
      float @Nullable [] values,
      long @Nullable [] times) {
    this.itemCount = itemCount;
    this.offsets = offsets;
    this.items = items;
    this.values = values;
    this.times = times;
  }

  /** Users are 0 to this, exclusive; some may have no interaction. */
  public int userCount() {
    return offsets.length - 1;
  }

  /** Items are 0 to this, exclusive; some may have no interaction. */
  public int itemCount() {
    return itemCount;
  }

  /** The number of interactions. */
  public int size() {
    return items.length;
  }

  /** The position of a user's first interaction. */
  public int begin(int user) {
    return offsets[user];
  }

  /** The position behind a user's last interaction. */
  public int end(int user) {
    return offsets[user + 1];
  }

  /** The item at a position. */
  public int item(int at) {
    return items[at];
  }

  /** Whether the interactions carry a value, such as a rating. */
  public boolean hasValues() {
    return values != null;
  }

  /** The value at a position; 1 when there are no values. */
  public float value(int at) {
    return values == null ? 1 : values[at];
  }

  /** Whether the interactions carry times. */
  public boolean hasTimes() {
    return times != null;
  }

  /** Milliseconds since 1970 at a position; 0 when there are no times. */
  public long timeMs(int at) {
    return times == null ? 0 : times[at];
  }

  /** How often each item stands in the interactions: (itemCount). */
  public int[] countsByItem() {
    int[] counts = new int[itemCount];
    for (int item : items) {
      counts[item]++;
    }
    return counts;
  }

  /** Collects interactions in any order. Not for use by several threads. */
  public static final class Builder {

    private final boolean withValues;
    private final boolean withTimes;
    private final IntArrayList users = new IntArrayList();
    private final IntArrayList items = new IntArrayList();
    private final FloatArrayList values = new FloatArrayList();
    private final LongArrayList times = new LongArrayList();

    /**
     * @param withValues whether values are kept
     * @param withTimes whether times are kept and order a user's interactions
     */
    public Builder(boolean withValues, boolean withTimes) {
      this.withValues = withValues;
      this.withTimes = withTimes;
    }

    /** The number of interactions so far. */
    public int size() {
      return users.size();
    }

    /** Adds one interaction; ids are checked by {@link #build}. */
    public void add(int user, int item, float value, long timeMs) {
      users.add(user);
      items.add(item);
      if (withValues) {
        values.add(value);
      }
      if (withTimes) {
        times.add(timeMs);
      }
    }

    /**
     * @throws IndexOutOfBoundsException when an id is not below its count
     */
    public Interactions build(int userCount, int itemCount) {
      return Interactions.of(
          userCount,
          itemCount,
          users.toIntArray(),
          items.toIntArray(),
          withValues ? values.toFloatArray() : null,
          withTimes ? times.toLongArray() : null);
    }
  }

  /**
   * Builds from parallel arrays of one length, which are not kept.
   *
   * @param values null when unknown
   * @param times milliseconds since 1970, null when unknown
   * @throws IndexOutOfBoundsException when an id is not below its count
   */
  public static Interactions of(
      int userCount,
      int itemCount,
      int[] users,
      int[] items,
      float @Nullable [] values,
      long @Nullable [] times) {
    int size = users.length;
    if (items.length != size
        || (values != null && values.length != size)
        || (times != null && times.length != size)) {
      throw new IllegalArgumentException("parallel arrays of different lengths");
    }
    int[] offsets = new int[userCount + 1];
    for (int i = 0; i < size; i++) {
      if (items[i] < 0 || items[i] >= itemCount) {
        throw new IndexOutOfBoundsException("item " + items[i] + " of " + itemCount);
      }
      offsets[users[i] + 1]++;
    }
    Arrays.parallelPrefix(offsets, Integer::sum);
    int[] order = byTime(size, times);
    int[] fill = Arrays.copyOf(offsets, userCount);
    int[] rowItems = new int[size];
    float[] rowValues = values == null ? null : new float[size];
    long[] rowTimes = times == null ? null : new long[size];
    for (int i : order) { // a counting sort by user, which keeps the order by time
      int at = fill[users[i]]++;
      rowItems[at] = items[i];
      if (values != null && rowValues != null) {
        rowValues[at] = values[i];
      }
      if (times != null && rowTimes != null) {
        rowTimes[at] = times[i];
      }
    }
    return new Interactions(itemCount, offsets, rowItems, rowValues, rowTimes);
  }

  /** Positions 0..size, sorted by time when there are times; equal times keep their order. */
  private static int[] byTime(int size, long @Nullable [] times) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    if (times != null) {
      boolean sorted = true;
      for (int i = 1; i < size && sorted; i++) {
        sorted = times[i - 1] <= times[i];
      }
      if (!sorted) {
        LongArrays.radixSortIndirect(order, times, true);
      }
    }
    return order;
  }
}
