package org.espalier.embeddings.store;

import java.nio.charset.StandardCharsets;

/** The column families. Keys are big-endian so that they sort; the class named here holds the formats. */
enum Family {
  /** {@link Meta}; RocksDB demands a family of this name. */
  META("default", Shape.SMALL),
  /** {@link Dictionary}. */
  DICTIONARY("dictionary", Shape.SMALL),
  /** {@link EventLog}. */
  EVENTS("events", Shape.LOG),
  /** {@link Histories}. */
  HISTORIES("histories", Shape.PREFIXED),
  /** {@link Edges}. */
  EDGES("edges", Shape.LOOKUP),
  /** {@link InteractionCounts}. */
  COUNTS("counts", Shape.SMALL),
  /** {@link Offsets}. */
  OFFSETS("offsets", Shape.LOOKUP),
  /** {@link Catalogue}. */
  CATALOGUE("catalogue", Shape.LOOKUP),
  /** {@link Rows}. */
  ROWS("rows", Shape.BULK),
  /** {@link Manifests}. */
  MANIFESTS("manifests", Shape.SMALL);

  /** How a family is used, which decides its options; see {@link RocksOptions}. */
  enum Shape {
    /** Read as a whole at open or by rare lookups. */
    SMALL,
    /** Written once in key order, read in long scans. */
    LOG,
    /** Point lookups that mostly miss. */
    LOOKUP,
    /** Short scans below a 4-byte prefix. */
    PREFIXED,
    /** Written in table files of their own, read whole; floats, which do not compress. */
    BULK
  }

  private final String familyName;
  private final Shape shape;

  Family(String familyName, Shape shape) {
    this.familyName = familyName;
    this.shape = shape;
  }

  String familyName() {
    return familyName;
  }

  byte[] nameBytes() {
    return familyName.getBytes(StandardCharsets.UTF_8);
  }

  Shape shape() {
    return shape;
  }
}
