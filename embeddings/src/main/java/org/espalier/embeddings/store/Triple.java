package org.espalier.embeddings.store;

/**
 * One fact of the knowledge graph. A second one with the same head, relation and tail replaces it.
 *
 * @param head an entity
 * @param relation any but {@link Dictionary#INTERACTS}, which events make
 * @param tail an entity
 * @param weight how strong, finite; 1 where nothing is known
 * @param timeMs since when, in epoch milliseconds
 */
public record Triple(String head, String relation, String tail, float weight, long timeMs) {

  public Triple {
    Tokens.require("head", head);
    Tokens.require("relation", relation);
    Tokens.require("tail", tail);
    if (relation.equals(Dictionary.INTERACTS)) {
      throw new IllegalArgumentException(
          "relation " + relation + " is made by events; give the triple's relation another name");
    }
    if (!Float.isFinite(weight)) {
      throw new IllegalArgumentException("weight " + weight + " is not finite");
    }
  }
}
