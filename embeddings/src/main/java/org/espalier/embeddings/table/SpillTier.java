package org.espalier.embeddings.table;

/**
 * Keeps the rows of one table that its memory has no room for. One thread at a time writes, any number
 * read meanwhile and see each row whole. Nothing outlives {@link #close}, after which every call throws
 * {@link IllegalStateException}.
 */
public interface SpillTier extends AutoCloseable {

  /** Gives a token a row, its first or another. Once this returns, every read that begins finds it. */
  void put(int token, int size, Encoding encoding, byte[] payload);

  /** Takes a row away, if it is there. */
  void remove(int token);

  /**
   * Visits a token's row.
   *
   * @return false when there is none
   */
  boolean row(int token, RowVisitor visitor);

  /** Visits those of {@code tokens[0 .. count)} that have a row, in their order. */
  void rows(int[] tokens, int count, RowVisitor visitor);

  /** Visits every row, by ascending token, as it was at one moment after the call began. */
  void forEachRow(RowVisitor visitor);

  @Override
  void close();
}
