package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C of a key and what is stored under it, so that a value under the wrong key is noticed too.
 * Confined to one thread.
 */
final class Checksum {

  private final CRC32C crc = new CRC32C();

  /** Covers what remains of both; leaves their positions. */
  int of(ByteBuffer key, ByteBuffer value) {
    crc.reset();
    add(key);
    add(value);
    return (int) crc.getValue();
  }

  private void add(ByteBuffer bytes) {
    int position = bytes.position();
    crc.update(bytes);
    bytes.position(position);
  }
}
