package org.espalier.embeddings.store;

/**
 * How far a source was read, stored in the batch of what was read from it.
 *
 * @param source names the source, for example {@code topic/partition}; a token
 * @param next the first position that was not read yet
 */
public record SourcePosition(String source, long next) {

  public SourcePosition {
    Tokens.require("source", source);
    if (next < 0) {
      throw new IllegalArgumentException("next position " + next + " is negative");
    }
  }
}
