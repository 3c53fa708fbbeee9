package org.espalier.kgat.history;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.BitSet;
import org.espalier.learning.data.Interactions;

/**
 * Each user's distinct items in the order in which they came first: those of user {@code u} are at
 * {@code begin(u) <= at < end(u)}. Immutable.
 */
final class ItemHistories {

  private final int[] offsets;
  private final int[] items;

  private ItemHistories(int[] offsets, int[] items) {
    this.offsets = offsets;
    this.items = items;
  }

  static ItemHistories of(Interactions train) {
    int[] offsets = new int[train.userCount() + 1];
    IntArrayList items = new IntArrayList(train.size());
    BitSet taken = new BitSet(train.itemCount());
    for (int user = 0; user < train.userCount(); user++) {
      for (int at = train.begin(user); at < train.end(user); at++) {
        if (!taken.get(train.item(at))) {
          taken.set(train.item(at));
          items.add(train.item(at));
        }
      }
      offsets[user + 1] = items.size();
      for (int at = offsets[user]; at < offsets[user + 1]; at++) {
        taken.clear(items.getInt(at));
      }
    }
    return new ItemHistories(offsets, items.toIntArray());
  }

  int userCount() {
    return offsets.length - 1;
  }

  int begin(int user) {
    return offsets[user];
  }

  int end(int user) {
    return offsets[user + 1];
  }

  int item(int at) {
    return items[at];
  }

  /** The most items of a user. */
  int longest() {
    int longest = 0;
    for (int user = 0; user < userCount(); user++) {
      longest = Math.max(longest, end(user) - begin(user));
    }
    return longest;
  }
}
