package org.espalier.embeddings.store;

import java.util.List;

/**
 * A record of an item or a user as it shall be.
 *
 * @param id the item's or user's token
 * @param fieldsJson a JSON object, stored as it is
 * @param hidden whether an item must not be recommended
 * @param timeMs when this became true, in epoch milliseconds
 * @param ifVersion the version that it replaces, {@link #NOT_THERE} to create only, or
 *     {@link #ANY_VERSION}
 */
public record CatalogueUpdate(
    String id,
    String fieldsJson,
    List<String> categories,
    boolean hidden,
    long timeMs,
    long ifVersion) {

  /** Replaces whatever is there. */
  public static final long ANY_VERSION = -1;

  /** Creates, and replaces nothing but a deleted record. */
  public static final long NOT_THERE = 0;

  private static final int CATEGORIES_MAX = 1 << 12;

  public CatalogueUpdate {
    Tokens.require("id", id);
    categories = List.copyOf(categories);
    if (categories.size() > CATEGORIES_MAX) {
      throw new IllegalArgumentException(
          categories.size() + " categories are more than " + CATEGORIES_MAX);
    }
    categories.forEach(category -> Tokens.require("category", category));
    if (ifVersion < ANY_VERSION) {
      throw new IllegalArgumentException("ifVersion " + ifVersion + " is no version");
    }
  }
}
