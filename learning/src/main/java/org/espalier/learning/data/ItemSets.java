package org.espalier.learning.data;

import java.util.Arrays;

/**
 * For each user the set of items, as compressed rows with the items ascending: what implicit feedback
 * is once order, repetition and values are gone. Immutable.
 */
public final class ItemSets {

  private final int itemCount;
  private final int[] offsets;
  private final int[] items;

  private ItemSets(int itemCount, int[] offsets, int[] items) {
    this.itemCount = itemCount;
    this.offsets = offsets;
    this.items = items;
  }

  /** The union of interactions that share their users and items. */
  public static ItemSets of(Interactions first, Interactions... others) {
    int userCount = first.userCount();
    int size = first.size();
    for (Interactions other : others) {
      if (other.userCount() != userCount || other.itemCount() != first.itemCount()) {
        throw new IllegalArgumentException("interactions over different users or items");
      }
      size = Math.addExact(size, other.size());
    }
    int[] items = new int[size];
    int[] offsets = new int[userCount + 1];
    int at = 0;
    for (int user = 0; user < userCount; user++) {
      int from = at;
      at = copyRow(first, user, items, at);
      for (Interactions other : others) {
        at = copyRow(other, user, items, at);
      }
      Arrays.sort(items, from, at);
      at = dropRepeats(items, from, at);
      offsets[user + 1] = at;
    }
    return new ItemSets(first.itemCount(), offsets, Arrays.copyOf(items, at));
  }

  /** The number of users. */
  public int userCount() {
    return offsets.length - 1;
  }

  /** The number of items. */
  public int itemCount() {
    return itemCount;
  }

  /** The number of (user, item) pairs. */
  public int size() {
    return items.length;
  }

  /** The position of a user's first item. */
  public int begin(int user) {
    return offsets[user];
  }

  /** The position behind a user's last item. */
  public int end(int user) {
    return offsets[user + 1];
  }

  /** The number of a user's items. */
  public int count(int user) {
    return offsets[user + 1] - offsets[user];
  }

  /** The item at a position. */
  public int item(int at) {
    return items[at];
  }

  /** Whether the user has the item. */
  public boolean contains(int user, int item) {
    return Arrays.binarySearch(items, offsets[user], offsets[user + 1], item) >= 0;
  }

  /** For each item the set of its users: the same pairs, seen from the other side. */
  public ItemSets transposed() {
    int[] columnOffsets = new int[itemCount + 1];
    for (int item : items) {
      columnOffsets[item + 1]++;
    }
    Arrays.parallelPrefix(columnOffsets, Integer::sum);
    int[] fill = Arrays.copyOf(columnOffsets, itemCount);
    int[] users = new int[items.length];
    for (int user = 0; user < userCount(); user++) {
      for (int at = begin(user); at < end(user); at++) {
        users[fill[items[at]]++] = user;
      }
    }
    return new ItemSets(userCount(), columnOffsets, users);
  }

  /** These sets without what the others have. */
  public ItemSets minus(ItemSets others) {
    int[] left = new int[items.length];
    int[] leftOffsets = new int[offsets.length];
    int size = 0;
    for (int user = 0; user < userCount(); user++) {
      for (int at = begin(user); at < end(user); at++) {
        if (!others.contains(user, items[at])) {
          left[size++] = items[at];
        }
      }
      leftOffsets[user + 1] = size;
    }
    return new ItemSets(itemCount, leftOffsets, Arrays.copyOf(left, size));
  }

  private static int copyRow(Interactions from, int user, int[] to, int at) {
    for (int i = from.begin(user); i < from.end(user); i++) {
      to[at++] = from.item(i);
    }
    return at;
  }

  /** Moves the distinct values of a sorted range to its front; returns where they end. */
  private static int dropRepeats(int[] sorted, int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      if (i == from || sorted[i] != sorted[end - 1]) {
        sorted[end++] = sorted[i];
      }
    }
    return end;
  }
}
