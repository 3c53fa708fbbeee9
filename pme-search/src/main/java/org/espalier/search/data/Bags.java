package org.espalier.search.data;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.Arrays;

/**
 * The distinct cells of one field. A cell of several tokens is a bag, and a sample holds a bag's id, so
 * that a combination that comes back is pooled once a batch and single- and multi-valued fields are
 * the same to everything behind. Bag 0 holds the unknown token alone. Immutable.
 */
public final class Bags {

  /** The token that stands for rare and unseen ones. */
  public static final int UNKNOWN = 0;

  private final int[] starts;
  private final int[] tokens;

  private Bags(int[] starts, int[] tokens) {
    this.starts = starts;
    this.tokens = tokens;
  }

  /** The number of bags; ids are below it. */
  public int count() {
    return starts.length - 1;
  }

  /** Where a bag's tokens start. */
  public int start(int bag) {
    return starts[bag];
  }

  /** Where a bag's tokens end, exclusive. */
  public int end(int bag) {
    return starts[bag + 1];
  }

  /** The token at a position from {@link #start} on. */
  public int tokenAt(int position) {
    return tokens[position];
  }

  /**
   * The same bags with other token numbers.
   *
   * @param newTokens newTokens[old] is the number that takes the old one's place
   */
  Bags renumbered(int[] newTokens) {
    return new Bags(starts, Arrays.stream(tokens).map(t -> newTokens[t]).toArray());
  }

  /** Gives ids to bags as they come. Not for use by several threads. */
  static final class Builder {

    private final IntArrayList starts = new IntArrayList();
    private final IntArrayList tokens = new IntArrayList();
    private final IntArrayList single = new IntArrayList(); // token → bag of it alone, or -1
    private final Object2IntOpenHashMap<IntArrayList> several = new Object2IntOpenHashMap<>();

    Builder() {
      starts.add(0);
      several.defaultReturnValue(-1);
      IntArrayList unknown = new IntArrayList();
      unknown.add(UNKNOWN);
      add(unknown);
    }

    /** The id of a bag, which is added when it is new; an empty one is the unknown token's. */
    int add(IntArrayList bag) {
      if (bag.isEmpty()) {
        return 0;
      }
      if (bag.size() == 1) {
        int token = bag.getInt(0);
        while (single.size() <= token) {
          single.add(-1);
        }
        if (single.getInt(token) < 0) {
          single.set(token, append(bag));
        }
        return single.getInt(token);
      }
      int known = several.getInt(bag);
      if (known >= 0) {
        return known;
      }
      int id = append(bag);
      several.put(new IntArrayList(bag), id);
      return id;
    }

    private int append(IntArrayList bag) {
      tokens.addAll(bag);
      starts.add(tokens.size());
      return starts.size() - 2;
    }

    Bags build() {
      return new Bags(starts.toIntArray(), tokens.toIntArray());
    }
  }
}
