package org.espalier.service.ranking.filter;

import java.util.List;
import java.util.Set;

/** A filter that was found to be well formed. */
public sealed interface Condition {

  /** Holds for everything. */
  Condition EVERYTHING = new All(List.of());

  /** All parts hold. */
  record All(List<Condition> parts) implements Condition {}

  /** At least one part holds. */
  record Any(List<Condition> parts) implements Condition {}

  /** The part does not hold. */
  record Not(Condition part) implements Condition {}

  /** The field has one of the values. */
  record In(String field, Set<AttributeValue> values) implements Condition {}

  /** The field has a number from {@code low} to {@code high}, both ends included. */
  record Between(String field, double low, double high) implements Condition {}

  /** The record has the field. */
  record Exists(String field) implements Condition {}
}
