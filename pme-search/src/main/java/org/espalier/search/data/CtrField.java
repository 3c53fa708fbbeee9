package org.espalier.search.data;

import org.espalier.learning.data.Vocabulary;

/**
 * One categorical field of a click log. Token 0 is the unknown one; token {@code i + 1} is number
 * {@code i} of the vocabulary. Immutable by agreement: nobody writes to the arrays.
 */
public final class CtrField {

  private final String name;
  private final Vocabulary vocabulary;
  private final int[] counts;
  private final Bags bags;

  /**
   * A field.
   *
   * @param name the column's name
   * @param vocabulary the tokens of the training file that are frequent enough
   * @param counts counts[token] is the number of training samples that hold it
   * @param bags the distinct cells
   */
  public CtrField(String name, Vocabulary vocabulary, int[] counts, Bags bags) {
    if (counts.length != vocabulary.size() + 1) {
      throw new IllegalArgumentException(
          "field %s: %d counts for %d tokens".formatted(name, counts.length, vocabulary.size()));
    }
    this.name = name;
    this.vocabulary = vocabulary;
    this.counts = counts;
    this.bags = bags;
  }

  /** The column's name. */
  public String name() {
    return name;
  }

  /** The number of tokens with the unknown one. */
  public int tokenCount() {
    return counts.length;
  }

  /** The training samples that hold each token. */
  public int[] counts() {
    return counts;
  }

  /** The distinct cells. */
  public Bags bags() {
    return bags;
  }

  /** A token as text, for reports. */
  public String text(int token) {
    return token == Bags.UNKNOWN ? "(unknown)" : vocabulary.token(token - 1);
  }
}
