package org.espalier.service.ranking.filter;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The ids that have a value, by the value's code. A code is given when a value appears and given again after its last id
 * has left. Most values of most fields (titles, times) have one id, which takes no bitmap.
 */
final class Postings {

  private static final int NOBODY = -1;
  private static final int SEVERAL = -2;

  private int[] single = {}; // the only id, or one of the above
  private @Nullable RoaringBitmap[] several = {};
  private @Nullable FieldIndex[] fields = {}; // whose value the code is
  private long[] hashes = {};
  private int codeCount;
  private final IntArrayList free = new IntArrayList();

  /** A code for a new value. */
  int create(FieldIndex field, long hash) {
    int code = free.isEmpty() ? codeCount++ : free.popInt();
    if (code == single.length) {
      int capacity = Math.max(64, code + (code >> 1));
      single = Arrays.copyOf(single, capacity);
      several = Arrays.copyOf(several, capacity);
      fields = Arrays.copyOf(fields, capacity);
      hashes = Arrays.copyOf(hashes, capacity);
    }
    single[code] = NOBODY;
    fields[code] = field;
    hashes[code] = hash;
    return code;
  }

  FieldIndex field(int code) {
    FieldIndex field = fields[code];
    if (field == null) {
      throw new IllegalStateException("code " + code + " is free");
    }
    return field;
  }

  long hash(int code) {
    return hashes[code];
  }

  void add(int code, int id) {
    if (single[code] == NOBODY) {
      single[code] = id;
    } else if (single[code] >= 0) {
      if (single[code] != id) {
        several[code] = RoaringBitmap.bitmapOf(single[code], id);
        single[code] = SEVERAL;
      }
    } else {
      bitmap(code).add(id);
    }
  }

  /** Removes an id that has the value, and forgets the value with the last one. */
  void remove(int code, int id) {
    if (single[code] >= 0) {
      field(code).codes.remove(hashes[code]);
      fields[code] = null;
      free.add(code);
      return;
    }
    RoaringBitmap ids = bitmap(code);
    ids.remove(id);
    if (!ids.cardinalityExceeds(1)) {
      single[code] = ids.first();
      several[code] = null;
    }
  }

  int count(int code) {
    return single[code] >= 0 ? 1 : bitmap(code).getCardinality();
  }

  void addTo(RoaringBitmap target, int code) {
    if (single[code] >= 0) {
      target.add(single[code]);
    } else {
      target.or(bitmap(code));
    }
  }

  /** A bitmap of the caller's own. */
  RoaringBitmap copy(int code) {
    return single[code] >= 0 ? RoaringBitmap.bitmapOf(single[code]) : bitmap(code).clone();
  }

  long bytes() {
    long bytes = (4L + 4 + 4 + 8) * single.length + 4L * free.size();
    for (RoaringBitmap ids : several) {
      bytes += ids == null ? 0 : 64 + ids.getLongSizeInBytes();
    }
    return bytes;
  }

  private RoaringBitmap bitmap(int code) {
    RoaringBitmap ids = several[code];
    if (ids == null) {
      throw new IllegalStateException("code " + code + " has no ids");
    }
    return ids;
  }
}
