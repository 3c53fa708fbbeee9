package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Records of items and users.
 *
 * <p>On disk, family {@code catalogue}; big-endian:
 *
 * <pre>
 * kind (1), id (4) → version 1, record version (8), time in ms (8), flags (1),
 *                    number of categories (2), each with its length (2), JSON of the fields
 * </pre>
 *
 * Flag 1 is hidden, 2 deleted. A deleted item leaves its record, so that its version goes on counting
 * and nobody recommends it; an erased user leaves none.
 */
public final class Catalogue {

  /** Whose records. */
  public enum Kind {
    ITEM(0),
    USER(1);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    static Kind ofCode(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no catalogue of kind " + code);
    }

    /** The field of the records' ids. */
    public Field field() {
      return switch (this) {
        case ITEM -> Field.ENTITY;
        case USER -> Field.USER;
      };
    }
  }

  private static final byte VERSION = 1;
  private static final byte HIDDEN = 1;
  private static final byte DELETED = 2;

  private final Database database;

  Catalogue(Database database) {
    this.database = database;
  }

  /** A record; empty when there never was one. Deleted ones are there and say so. */
  public Optional<CatalogueRecord> find(Kind kind, int id) {
    byte[] value = database.get(Family.CATALOGUE, key(kind, id));
    return value == null ? Optional.empty() : Optional.of(read(id, ByteBuffer.wrap(value)));
  }

  /** Visits records by id from one id on, deleted ones included, while the visitor returns true. */
  public void scan(Kind kind, int fromId, Predicate<CatalogueRecord> visitor) {
    database.scanPrefix(
        Family.CATALOGUE,
        key(kind, fromId),
        Byte.BYTES,
        (key, value) -> visitor.test(read(key.getInt(Byte.BYTES), value)));
  }

  static byte[] key(Kind kind, int id) {
    return ByteBuffer.allocate(Byte.BYTES + Integer.BYTES).put(kind.code).putInt(id).array();
  }

  static byte[] value(CatalogueRecord record) {
    List<byte[]> categories = new ArrayList<>(record.categories().size());
    int bytes = 1 + 8 + 8 + 1 + 2;
    for (String category : record.categories()) {
      byte[] utf8 = Tokens.encode(category);
      categories.add(utf8);
      bytes += Short.BYTES + utf8.length;
    }
    byte[] fields = record.fieldsJson().getBytes(StandardCharsets.UTF_8);
    ByteBuffer row = ByteBuffer.allocate(bytes + fields.length);
    row.put(VERSION).putLong(record.version()).putLong(record.timeMs());
    row.put((byte) ((record.hidden() ? HIDDEN : 0) | (record.deleted() ? DELETED : 0)));
    row.putShort((short) categories.size());
    for (byte[] category : categories) {
      row.putShort((short) category.length).put(category);
    }
    return row.put(fields).array();
  }

  static CatalogueRecord read(int id, ByteBuffer value) {
    ByteBuffer row = Formats.read(Family.CATALOGUE, VERSION, value);
    long version = row.getLong();
    long timeMs = row.getLong();
    byte flags = row.get();
    int count = row.getShort();
    List<String> categories = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      categories.add(Formats.text(row, row.getShort()));
    }
    String fields = Formats.text(row, row.remaining());
    return new CatalogueRecord(
        id, version, timeMs, (flags & HIDDEN) != 0, (flags & DELETED) != 0, categories, fields);
  }
}
