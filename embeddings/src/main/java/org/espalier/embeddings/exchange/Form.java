package org.espalier.embeddings.exchange;

/** How a table is written to files. */
public enum Form {
  /** {@code item.npy} and {@code item.ids.txt}: vectors in the model's space, single precision. */
  NPY,
  /** {@code item.ndjson}: the same, a line {@code {"id": "a", "vector": [0.5, …]}} a vector. */
  NDJSON,
  /**
   * {@code item.rows.ndjson}: rows of the sizes that they have, a line {@code {"id": "a", "row": [0.5,
   * …]}} a row; {@code item.default.npy}, the vector of size 0; and the directions of the rows'
   * coordinates, {@code item.basis.npy} for all sizes or {@code item.basis-4.npy} for one, unless they
   * are the axes.
   */
  STORED
}
