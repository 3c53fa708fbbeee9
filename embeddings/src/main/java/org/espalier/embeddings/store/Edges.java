package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The collaborative knowledge graph's edges, without their inverses: the triples, and the relation
 * {@link Dictionary#INTERACTS}, whose heads are users and whose weight is the sum of the values of
 * the events between the two, as its time is that of the newest. Heads of all other relations, and
 * all tails, are entities.
 *
 * <p>On disk, family {@code edges}; big-endian:
 *
 * <pre>
 * relation id (4), head id (4), tail id (4) → version 1, weight (float, 4), time in ms (8)
 * </pre>
 */
public final class Edges {

  /** Relation id of {@link Dictionary#INTERACTS}. */
  public static final int INTERACTS = 0;

  /** Takes the edges of a scan. */
  public interface Visitor {
    void edge(int relation, int head, int tail, float weight, long timeMs);
  }

  /** What an edge carries. */
  record Load(float weight, long timeMs) {}

  private static final byte VERSION = 1;
  private static final int KEY_BYTES = 3 * Integer.BYTES;
  private static final int VALUE_BYTES = 1 + Float.BYTES + Long.BYTES;

  private final Database database;

  Edges(Database database) {
    this.database = database;
  }

  /** Visits all edges, by relation, head and tail. */
  public void scan(Visitor visitor) {
    scan(new byte[0], 0, visitor);
  }

  /** Visits the edges of one relation, by head and tail. */
  public void scan(int relation, Visitor visitor) {
    scan(ByteBuffer.allocate(4).putInt(relation).array(), Integer.BYTES, visitor);
  }

  /** Visits the edges of one relation that leave one head, by tail. */
  public void scan(int relation, int head, Visitor visitor) {
    byte[] from = headPrefix(relation, head);
    scan(from, from.length, visitor);
  }

  /** The weight of one edge; empty when there is none. */
  public OptionalDouble weight(int relation, int head, int tail) {
    Load load = read(database.get(Family.EDGES, key(relation, head, tail)));
    return load == null ? OptionalDouble.empty() : OptionalDouble.of(load.weight());
  }

  private void scan(byte[] from, int prefixBytes, Visitor visitor) {
    Database.RowReader reader =
        (key, value) -> {
          Formats.read(Family.EDGES, VERSION, value);
          visitor.edge(key.getInt(), key.getInt(), key.getInt(), value.getFloat(), value.getLong());
          return true;
        };
    if (prefixBytes == 0) {
      database.scan(Family.EDGES, from, reader);
    } else {
      database.scanPrefix(Family.EDGES, from, prefixBytes, reader);
    }
  }

  static byte[] headPrefix(int relation, int head) {
    return ByteBuffer.allocate(8).putInt(relation).putInt(head).array();
  }

  static byte[] key(int relation, int head, int tail) {
    return ByteBuffer.allocate(KEY_BYTES).putInt(relation).putInt(head).putInt(tail).array();
  }

  static byte[] value(float weight, long timeMs) {
    return ByteBuffer.allocate(VALUE_BYTES).put(VERSION).putFloat(weight).putLong(timeMs).array();
  }

  static @Nullable Load read(byte @Nullable [] value) {
    return value == null ? null : read(ByteBuffer.wrap(value));
  }

  static Load read(ByteBuffer value) {
    ByteBuffer row = Formats.read(Family.EDGES, VERSION, value);
    return new Load(row.getFloat(), row.getLong());
  }
}
