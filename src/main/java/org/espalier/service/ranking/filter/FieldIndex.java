package org.espalier.service.ranking.filter;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import org.roaringbitmap.RoaringBitmap;

/** One field's part of an {@link AttributeIndex}, guarded by its lock. */
final class FieldIndex {

  static final int UNKNOWN = -1;

  final String name;
  final Long2IntOpenHashMap codes = new Long2IntOpenHashMap(4); // value's hash → its code
  final Numbers numbers = new Numbers();
  final RoaringBitmap present =
      new RoaringBitmap(); // ids that have the field, an empty array's not

  FieldIndex(String name) {
    this.name = name;
    codes.defaultReturnValue(UNKNOWN);
  }

  long bytes() {
    return 12L * codes.size() * 2 + numbers.bytes() + present.getLongSizeInBytes();
  }
}
