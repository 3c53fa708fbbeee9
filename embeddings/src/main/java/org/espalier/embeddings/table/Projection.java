package org.espalier.embeddings.table;

/** How a row of size {@code d} reaches the model's {@code D} dimensions. */
public enum Projection {
  /** A row owns the first {@code d} coordinates of one shared space; no group stores a matrix. */
  NESTED,
  /** Every size group has a learned {@code D × d} matrix of its own. */
  PROJECTED
}
