package org.espalier.embeddings.table;

import java.lang.foreign.MemorySegment;

/**
 * The rows of one size.
 *
 * @param size values a row; 0 for tokens that fall back to the default row
 * @param rows how many tokens have this size; 0 keeps the size open for rows that come later
 */
public record SizeGroup(int size, int rows, Encoding encoding) {

  public SizeGroup {
    if (size < 0 || rows < 0) {
      throw new IllegalArgumentException(
          "a size group of size %d with %d rows: neither may be negative".formatted(size, rows));
    }
  }

  /** Payload bytes of all the group's rows. */
  public long payloadBytes() {
    return (long) rows * encoding.payloadBytes(size);
  }

  /** Room for all the group's rows, in a {@code long[]}: it may hold 16 GiB where a byte[] ends at 2. */
  MemorySegment emptyPayload() {
    return MemorySegment.ofArray(new long[Math.toIntExact((payloadBytes() + 7) / 8)]);
  }
}
