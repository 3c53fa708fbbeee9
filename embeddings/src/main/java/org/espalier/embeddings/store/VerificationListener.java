package org.espalier.embeddings.store;

/** Is told how far {@link Store#verify(VerificationListener)} is, by the thread that called it. */
@FunctionalInterface
public interface VerificationListener {

  /**
   * Some rows more have been read.
   *
   * @param rows that have been read until now
   * @param rowsTotal RocksDB's estimate of all rows; grows when a part has to be read once more
   */
  void read(long rows, long rowsTotal);
}
