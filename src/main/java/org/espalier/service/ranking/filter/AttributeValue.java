package org.espalier.service.ranking.filter;

/** One value of a field. A number, a text and a truth value are never equal to each other. */
public sealed interface AttributeValue {

  /** Text: a string, one of an array of strings, or a category. */
  record Text(String value) implements AttributeValue {}

  /** A number, compared as a double. */
  record Numeric(double value) implements AttributeValue {
    public Numeric {
      value += 0.0; // -0 becomes 0
    }
  }

  /** True or false. */
  record Truth(boolean value) implements AttributeValue {}
}
