package org.espalier.embeddings.store;

/** What may happen to a triple. */
public sealed interface TripleChange {

  /** It is stored, or replaces the one of the same head, relation and tail. */
  record Put(Triple triple) implements TripleChange {}

  /** It is removed, whatever its weight and time; nothing happens where there is none. */
  record Delete(String head, String relation, String tail) implements TripleChange {
    public Delete {
      Tokens.require("head", head);
      Tokens.require("relation", relation);
      Tokens.require("tail", tail);
      if (relation.equals(Dictionary.INTERACTS)) {
        throw new IllegalArgumentException("edges of " + relation + " go with their events only");
      }
    }
  }
}
