package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.espalier.embeddings.store.StoreException.Kind;

/** What all value formats share: the first byte is the version. */
final class Formats {

  private Formats() {}

  /**
   * Steps over the version byte.
   *
   * @throws StoreException DAMAGED when the value has another version
   */
  static ByteBuffer read(Family family, byte version, ByteBuffer value) {
    byte found = value.hasRemaining() ? value.get() : -1;
    if (found != version) {
      throw new StoreException(
          Kind.DAMAGED,
          "a value of family %s has version %d, not %d; restore the store from a backup"
              .formatted(family.familyName(), found, version));
    }
    return value;
  }

  /** A row that cannot be what was written. */
  static StoreException damaged(Family family, ByteBuffer key, String problem) {
    return new StoreException(
        Kind.DAMAGED,
        "the value at key %s of family %s %s; restore the store from a backup"
            .formatted(hex(key), family.familyName(), problem));
  }

  static String hex(ByteBuffer key) {
    byte[] bytes = new byte[key.remaining()];
    key.get(key.position(), bytes);
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] bytes(ByteBuffer from, int length) {
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  static String text(ByteBuffer from, int length) {
    return new String(bytes(from, length), StandardCharsets.UTF_8);
  }
}
