package org.espalier.search.data;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.List;

/** Bags for tests; bag {@code i + 1} is the i-th given, bag 0 the unknown token's. */
public final class TestBags {

  private TestBags() {}

  /** Bags of one token each, 1 .. count. */
  public static Bags singles(int count) {
    Bags.Builder builder = new Bags.Builder();
    for (int token = 1; token <= count; token++) {
      builder.add(IntArrayList.of(token));
    }
    return builder.build();
  }

  /** Bags of several tokens. */
  public static Bags of(List<int[]> bags) {
    Bags.Builder builder = new Bags.Builder();
    for (int[] bag : bags) {
      builder.add(IntArrayList.of(bag));
    }
    return builder.build();
  }
}
