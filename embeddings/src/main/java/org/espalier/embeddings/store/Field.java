package org.espalier.embeddings.store;

/**
 * A categorical feature that the dictionary knows; see {@link Dictionary#field}. Fields are tokens
 * themselves: their codes are the ids of their names in the field {@link #FIELD}.
 *
 * @param code dense from 0, never reused
 */
public record Field(int code, String name) {

  /** The names of all fields. */
  public static final Field FIELD = new Field(0, "field");

  public static final Field USER = new Field(1, "user");

  /** Items and everything else that a triple may name: one id space. */
  public static final Field ENTITY = new Field(2, "entity");

  public static final Field RELATION = new Field(3, "relation");

  public static final Field EVENT_TYPE = new Field(4, "event_type");
}
