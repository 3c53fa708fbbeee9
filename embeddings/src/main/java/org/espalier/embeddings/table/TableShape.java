package org.espalier.embeddings.table;

import java.util.List;

/**
 * What a manifest says of one table.
 *
 * @param name the table's name within its generation, for example {@code item}
 * @param field the dictionary field whose ids are the table's tokens
 * @param dim the model dimension {@code D}, at least 1
 * @param groups by strictly ascending size, each at most {@code dim}
 */
public record TableShape(
    String name, String field, int dim, Projection projection, List<SizeGroup> groups) {

  public TableShape {
    if (name.isBlank() || field.isBlank()) {
      throw new IllegalArgumentException(
          "a table needs a name and a field: name '%s', field '%s'".formatted(name, field));
    }
    if (dim < 1) {
      throw new IllegalArgumentException("table %s: dim %d is below 1".formatted(name, dim));
    }
    groups = List.copyOf(groups);
    int before = -1;
    for (SizeGroup group : groups) {
      if (group.size() <= before || group.size() > dim) {
        throw new IllegalArgumentException(
            "table %s: size group %d is out of order or over dim %d"
                .formatted(name, group.size(), dim));
      }
      before = group.size();
    }
  }

  /** Rows of all groups. */
  public long rowCount() {
    return groups.stream().mapToLong(SizeGroup::rows).sum();
  }

  /** Payload bytes of all rows. */
  public long payloadBytes() {
    return groups.stream().mapToLong(SizeGroup::payloadBytes).sum();
  }

  /** The index in {@link #groups()} of the group of a size, or -1. */
  public int groupOf(int size) {
    for (int g = 0; g < groups.size(); g++) {
      if (groups.get(g).size() == size) {
        return g;
      }
    }
    return -1;
  }
}
