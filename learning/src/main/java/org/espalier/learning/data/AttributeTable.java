package org.espalier.learning.data;

import java.util.List;

/**
 * The attributes of users or items as they stand in a file.
 *
 * @param columns names of the attributes
 * @param rows one a user or item, in the file's order
 */
public record AttributeTable(List<String> columns, List<Row> rows) {

  /**
   * One user's or item's attributes.
   *
   * @param id of the user or item
   * @param values one a column, as in the file; empty text where unknown
   */
  public record Row(int id, List<String> values) {}
}
