package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.HashCommon;
import java.nio.ByteBuffer;

/**
 * Whether two families have the same rows about the events of the log, told by reading each of them once, in whatever order it
 * has. Rows are hashed, and the hashes of one family's rows are added to, those of the other's taken from the sum of the
 * event's bucket, which is 0 when both have the same. A sum that is 0 by chance, 1 in 2^64, would hide a difference; one
 * that is not never tells of one that is not there. Memory is that of the sums, {@value #BUCKETS} longs.
 */
final class Agreement {

  /** Of a hundred million events one bucket has 1,500, which are what one damaged row makes look at again. */
  private static final int BUCKETS = 1 << 16;

  private final long[] sums = new long[BUCKETS];

  /** A row that the other family ought to have. */
  void expect(long sequence, ByteBuffer key, ByteBuffer value) {
    sums[bucket(sequence)] += hash(key, value);
  }

  /** A row that the other family has. */
  void meet(long sequence, ByteBuffer key, ByteBuffer value) {
    sums[bucket(sequence)] -= hash(key, value);
  }

  /** Whether all that was expected was met, and nothing else. */
  boolean holds() {
    for (long sum : sums) {
      if (sum != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the families agree on the events that share a bucket with this one. */
  boolean holdsFor(long sequence) {
    return sums[bucket(sequence)] == 0;
  }

  private static int bucket(long sequence) {
    return (int) sequence & (BUCKETS - 1);
  }

  private static long hash(ByteBuffer key, ByteBuffer value) {
    return hash(hash(0, key), value);
  }

  private static long hash(long seed, ByteBuffer bytes) {
    long hash = HashCommon.murmurHash3(seed + bytes.remaining() + 1);
    int at = bytes.position();
    for (; at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
      hash = HashCommon.murmurHash3(hash ^ bytes.getLong(at));
    }
    long rest = 0;
    for (; at < bytes.limit(); at++) {
      rest = rest << Byte.SIZE | Byte.toUnsignedLong(bytes.get(at));
    }
    return HashCommon.murmurHash3(hash ^ rest);
  }
}
