package org.espalier.learning.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tokens and their dense ids from 0, in the order in which they were added. Immutable; about 17
 * bytes a token above the token's own.
 */
public final class Vocabulary {

  // Tokens lie end to end in one array and the hash table holds ids + 1: a million tokens are three
  // arrays, not a million objects, and a file's bytes are looked up without a String.
  private final byte[] pool;
  private final int[] ends;
  private final int[] slots;
  private final int size;

  private Vocabulary(byte[] pool, int[] ends, int[] slots, int size) {
    this.pool = pool;
    this.ends = ends;
    this.slots = slots;
    this.size = size;
  }

  /** The number of tokens; ids are below it. */
  public int size() {
    return size;
  }

  /** The token with an id. */
  public String token(int id) {
    int from = from(ends, id);
    return new String(pool, from, ends[id] - from, StandardCharsets.UTF_8);
  }

  /** The id of a token, or -1. */
  public int find(String token) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    return slots[slotOf(pool, ends, slots, bytes, 0, bytes.length)] - 1;
  }

  private static int from(int[] ends, int id) {
    return id == 0 ? 0 : ends[id - 1];
  }

  /** The slot that holds the token, or the empty one where it belongs. */
  private static int slotOf(byte[] pool, int[] ends, int[] slots, byte[] bytes, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + bytes[i];
    }
    hash *= 0x9E3779B9;
    int mask = slots.length - 1;
    int slot = (hash ^ (hash >>> 15)) & mask;
    while (slots[slot] != 0) {
      int id = slots[slot] - 1;
      if (Arrays.equals(pool, from(ends, id), ends[id], bytes, from, to)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Adds tokens one by one and gives them ids. Not for use by several threads. */
  public static final class Builder {

    private byte[] pool = new byte[1 << 12];
    private int[] ends = new int[1 << 8];
    private int[] slots = new int[1 << 9];
    private int size;

    /** The number of tokens so far. */
    public int size() {
      return size;
    }

    /** The id of a token, which is added when it is new. */
    public int add(String token) {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return add(bytes, 0, bytes.length);
    }

    /** The id of the token {@code bytes[from .. to)}, valid UTF-8, which is added when it is new. */
    public int add(byte[] bytes, int from, int to) {
      int slot = slotOf(pool, ends, slots, bytes, from, to);
      if (slots[slot] != 0) {
        return slots[slot] - 1;
      }
      int id = size;
      int start = from(ends, id);
      int end = Math.addExact(start, to - from);
      if (end > pool.length) {
        pool = Arrays.copyOf(pool, (int) Math.min(Math.max(end, 2L * pool.length), 1 << 30));
      }
      System.arraycopy(bytes, from, pool, start, to - from);
      if (id == ends.length) {
        ends = Arrays.copyOf(ends, 2 * id);
      }
      ends[id] = end;
      slots[slot] = id + 1;
      size++;
      if (2 * size > slots.length) {
        rehash();
      }
      return id;
    }

    /** The id of the token {@code bytes[from .. to)}, or -1. */
    public int find(byte[] bytes, int from, int to) {
      return slots[slotOf(pool, ends, slots, bytes, from, to)] - 1;
    }

    /** The vocabulary so far; adding more to this builder does not change it. */
    public Vocabulary build() {
      int bytes = size == 0 ? 0 : ends[size - 1];
      return new Vocabulary(
          Arrays.copyOf(pool, bytes), Arrays.copyOf(ends, size), slots.clone(), size);
    }

    private void rehash() {
      int[] larger = new int[slots.length * 2];
      for (int id = 0; id < size; id++) {
        larger[slotOf(pool, ends, larger, pool, from(ends, id), ends[id])] = id + 1;
      }
      slots = larger;
    }
  }
}
