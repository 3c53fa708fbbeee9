package org.espalier.service.ranking.filter;

import it.unimi.dsi.fastutil.ints.Int2DoubleMap;
import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import java.util.Arrays;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/**
 * One number an id: a map while few ids have one, then an array, which a range passes over at about a nanosecond an id.
 */
final class Numbers {

  private static final int DENSE_SHARE = 8; // a map's entry takes about three times an array's
  private static final int MAPPED_MAX = 1024;

  private Int2DoubleOpenHashMap few = new Int2DoubleOpenHashMap(4);
  private double[] many = {}; // NaN for none; empty while there are few
  private int count;

  void put(int id, double number) {
    if (many.length > 0) {
      reserve(id);
      count += Double.isNaN(many[id]) ? 1 : 0;
      many[id] = number;
      return;
    }
    few.put(id, number);
    count = few.size();
    if (count > MAPPED_MAX && id < (long) count * DENSE_SHARE) {
      for (Int2DoubleMap.Entry entry : few.int2DoubleEntrySet()) {
        reserve(entry.getIntKey());
        many[entry.getIntKey()] = entry.getDoubleValue();
      }
      few = new Int2DoubleOpenHashMap(4);
    }
  }

  void remove(int id) {
    if (many.length == 0) {
      few.remove(id);
      count = few.size();
    } else if (id < many.length && !Double.isNaN(many[id])) {
      many[id] = Double.NaN;
      count--;
    }
  }

  /** Ids whose number lies between both ends, these included. */
  RoaringBitmap between(double low, double high) {
    if (many.length == 0) {
      RoaringBitmap found = new RoaringBitmap();
      for (Int2DoubleMap.Entry entry : few.int2DoubleEntrySet()) {
        if (entry.getDoubleValue() >= low && entry.getDoubleValue() <= high) {
          found.add(entry.getIntKey());
        }
      }
      return found;
    }
    long[] words = new long[Math.ceilDiv(many.length, Long.SIZE)];
    for (int w = 0; w < words.length; w++) {
      int from = w * Long.SIZE;
      int to = Math.min(from + Long.SIZE, many.length);
      long word = 0;
      for (int id = from; id < to; id++) {
        long bit = 1L << id;
        word |= (many[id] >= low ? bit : 0) & (many[id] <= high ? bit : 0); // without a branch
      }
      words[w] = word;
    }
    return BitSetUtil.bitmapOf(words);
  }

  long bytes() {
    return 8L * many.length + (count > 0 && many.length == 0 ? 12L * few.size() * 2 : 0);
  }

  private void reserve(int id) {
    if (id >= many.length) {
      int before = many.length;
      many = Arrays.copyOf(many, Math.max(id + 1, before + (before >> 1)));
      Arrays.fill(many, before, many.length, Double.NaN);
    }
  }
}
