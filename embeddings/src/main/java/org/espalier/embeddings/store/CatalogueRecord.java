package org.espalier.embeddings.store;

import java.util.List;

/**
 * What is known of an item or a user.
 *
 * @param id in field entity for items, in field user for users
 * @param version counts the writes of this record, from 1
 * @param timeMs when it was last changed, as its sender says, in epoch milliseconds
 * @param hidden whether it must not be recommended
 * @param deleted whether it was deleted; the rest is then empty
 * @param fieldsJson its attributes, a JSON object that the store does not look into
 */
public record CatalogueRecord(
    int id,
    long version,
    long timeMs,
    boolean hidden,
    boolean deleted,
    List<String> categories,
    String fieldsJson) {

  public CatalogueRecord {
    categories = List.copyOf(categories);
  }
}
