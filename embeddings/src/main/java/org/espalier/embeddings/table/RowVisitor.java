package org.espalier.embeddings.table;

/** Receives the rows of a table one by one. */
@FunctionalInterface
public interface RowVisitor {

  /**
   * One row.
   *
   * @param payload exactly {@code encoding.payloadBytes(size)} bytes; valid during the call only
   */
  void row(int token, int size, Encoding encoding, byte[] payload);
}
