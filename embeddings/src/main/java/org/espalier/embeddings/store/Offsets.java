package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each source was read, and which event ids are in the log. An event id lives as long as its
 * event: the event's row names it, so both go together.
 *
 * <p>On disk, family {@code offsets}; big-endian:
 *
 * <pre>
 * 1, source in UTF-8   → version 1, next position (8)
 * 2, event id in UTF-8 → version 1, sequence (8)
 * </pre>
 */
public final class Offsets {

  static final byte SOURCE = 1;
  static final byte EVENT_ID = 2;

  private static final byte VERSION = 1;

  private final Database database;

  Offsets(Database database) {
    this.database = database;
  }

  /** The first position of a source that was not read yet; empty when nothing was. */
  public OptionalLong next(String source) {
    return find(sourceKey(Tokens.encode(source)));
  }

  /** All sources whose names begin with a text, and the first position of each that was not read yet. */
  public Map<String, Long> sources(String prefix) {
    Map<String, Long> sources = new TreeMap<>();
    byte[] from = sourceKey(Tokens.encode(prefix));
    database.scanPrefix(
        Family.OFFSETS,
        from,
        from.length,
        (key, value) -> {
          String source = Formats.text(key.position(1), key.remaining());
          sources.put(source, Formats.read(Family.OFFSETS, VERSION, value).getLong());
          return true;
        });
    return sources;
  }

  /** The sequence of the event of an id; empty when it is not in the log. */
  public OptionalLong sequenceOf(String eventId) {
    return find(eventKey(Tokens.encode(eventId)));
  }

  private OptionalLong find(byte[] key) {
    byte[] value = database.get(Family.OFFSETS, key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(read(value));
  }

  static byte[] sourceKey(byte[] source) {
    return key(SOURCE, source);
  }

  static byte[] eventKey(byte[] eventId) {
    return key(EVENT_ID, eventId);
  }

  static byte[] value(long position) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(position).array();
  }

  static long read(byte @Nullable [] value) {
    return value == null
        ? -1
        : Formats.read(Family.OFFSETS, VERSION, ByteBuffer.wrap(value)).getLong();
  }

  private static byte[] key(byte kind, byte[] rest) {
    return ByteBuffer.allocate(1 + rest.length).put(kind).put(rest).array();
  }
}
