package org.espalier.embeddings.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Token → slot address, four bytes a token. Tokens are dense ids, so the index is an array, in pages
 * that are made when a token of theirs first appears: growth copies page references, never entries,
 * and readers are not stopped. One writer.
 */
final class TokenIndex {

  static final int ABSENT = -1;

  /** The address of every row that is in the table's tier; a row in memory has one of at least 0. */
  static final int SPILLED = -2;

  private static final int PAGE_BITS = 14;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

  private volatile int[] @Nullable [] pages = {};

  /** The address that a token's row has now; everything written before it was set is visible. */
  int find(int token) {
    int[] @Nullable [] all = pages;
    int number = token >>> PAGE_BITS; // a negative token is past every page
    int[] page = number < all.length ? all[number] : null;
    return page == null ? ABSENT : (int) INTS.getAcquire(page, token & (PAGE - 1));
  }

  /** Points a token to an address, {@link #SPILLED} or {@link #ABSENT}. */
  void set(int token, int address) {
    INTS.setRelease(page(token), token & (PAGE - 1), address);
  }

  long bytes() {
    long bytes = 0;
    for (int[] page : pages) {
      bytes += page == null ? 0 : PAGE * 4L;
    }
    return bytes;
  }

  private int[] page(int token) {
    int[] @Nullable [] all = pages;
    int number = token >>> PAGE_BITS;
    int[] page = number < all.length ? all[number] : null;
    if (page == null) {
      page = new int[PAGE];
      Arrays.fill(page, ABSENT);
      int[] @Nullable [] grown = Arrays.copyOf(all, Math.max(all.length, number + 1));
      grown[number] = page;
      pages = grown;
    }
    return page;
  }
}
