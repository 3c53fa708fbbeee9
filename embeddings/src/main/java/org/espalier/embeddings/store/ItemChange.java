package org.espalier.embeddings.store;

/** What may happen to an item's record. */
public sealed interface ItemChange {

  /** The item's token. */
  String id();

  /** Its record is replaced. */
  record Put(CatalogueUpdate update) implements ItemChange {
    @Override
    public String id() {
      return update.id();
    }
  }

  /**
   * It is deleted; nothing happens where nothing knows it.
   *
   * @param timeMs when, in epoch milliseconds
   */
  record Delete(String id, long timeMs) implements ItemChange {
    public Delete {
      Tokens.require("id", id);
    }
  }
}
