package org.espalier.embeddings.store;

/**
 * How far a source was read, stored in the batch of what was read from it.
 *
 * @param source names the source, for example {@code topic/partition}; a token
 * @param from the first position of what was read; the store refuses it when it was beyond that already
 * @param next the first position that was not read yet
 */
public record SourcePosition(String source, long from, long next) {

  public SourcePosition {
    Tokens.require("source", source);
    if (from < 0 || next <= from) {
      throw new IllegalArgumentException(
          "positions from %d up to %d are no range of %s".formatted(from, next, source));
    }
  }
}
