package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.espalier.embeddings.store.StoreException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The format of family {@code manifests}; big-endian:
 *
 * <pre>
 * 1, generation (4) → version 1, CRC32C of the key and the JSON (4), JSON of a {@link Manifest}
 * 2                 → version 1, CRC32C of the key and the number (4), number of the active generation (4)
 * </pre>
 */
final class Manifests {

  private static final byte MANIFEST = 1;
  private static final byte ACTIVE = 2;
  private static final byte VERSION = 1;
  private static final int SEAL_BYTES = 1 + 4;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Manifests() {}

  static byte[] key(int generation) {
    return ByteBuffer.allocate(5).put(MANIFEST).putInt(generation).array();
  }

  static byte[] activeKey() {
    return new byte[] {ACTIVE};
  }

  static byte[] value(Manifest manifest) {
    byte[] json = JSON.writeValueAsBytes(manifest);
    return sealed(key(manifest.number()), json);
  }

  static byte[] activeValue(int generation) {
    return sealed(activeKey(), ByteBuffer.allocate(4).putInt(generation).array());
  }

  static OptionalInt active(Database database) {
    byte[] value = database.get(Family.MANIFESTS, activeKey());
    return value == null ? OptionalInt.empty() : OptionalInt.of(readActive(value));
  }

  static int readActive(byte[] value) {
    return open("the pointer to the active generation", activeKey(), value).getInt();
  }

  static boolean exists(Database database, int generation) {
    return database.get(Family.MANIFESTS, key(generation)) != null;
  }

  static Optional<Manifest> find(Database database, int generation) {
    byte[] value = database.get(Family.MANIFESTS, key(generation));
    return value == null ? Optional.empty() : Optional.of(read(generation, value));
  }

  /** By number. */
  static List<Manifest> all(Database database) {
    List<Manifest> manifests = new ArrayList<>();
    byte[] from = {MANIFEST};
    database.scanPrefix(
        Family.MANIFESTS,
        from,
        from.length,
        (key, value) -> {
          manifests.add(read(key.getInt(1), Formats.bytes(value, value.remaining())));
          return true;
        });
    return manifests;
  }

  static Manifest read(int generation, byte[] value) {
    String what = "the manifest of generation " + generation;
    ByteBuffer body = open(what, key(generation), value);
    try {
      Manifest manifest = JSON.readValue(Formats.text(body, body.remaining()), Manifest.class);
      if (manifest.format() > Manifest.FORMAT) {
        throw new StoreException(
            Kind.NEWER_FORMAT,
            "%s has format %d, this version reads up to %d; use a newer Espalier"
                .formatted(what, manifest.format(), Manifest.FORMAT));
      }
      if (manifest.number() != generation) {
        throw damaged(what, "is that of " + manifest.number(), null);
      }
      return manifest;
    } catch (JacksonException | IllegalArgumentException e) {
      throw damaged(what, "does not read as one", e);
    }
  }

  private static byte[] sealed(byte[] key, byte[] body) {
    int crc = new Checksum().of(ByteBuffer.wrap(key), ByteBuffer.wrap(body));
    return ByteBuffer.allocate(SEAL_BYTES + body.length).put(VERSION).putInt(crc).put(body).array();
  }

  private static ByteBuffer open(String what, byte[] key, byte[] value) {
    ByteBuffer body = ByteBuffer.wrap(value);
    if (value.length < SEAL_BYTES) {
      throw damaged(what, "is too short", null);
    }
    if (body.get() != VERSION) {
      throw damaged(what, "has version " + value[0] + ", not " + VERSION, null);
    }
    if (body.getInt() != new Checksum().of(ByteBuffer.wrap(key), body)) {
      throw damaged(what, "does not match its checksum", null);
    }
    return body;
  }

  private static StoreException damaged(String what, String how, @Nullable Throwable cause) {
    return new StoreException(
        Kind.DAMAGED, what + " " + how + "; restore the store from a backup", cause);
  }
}
