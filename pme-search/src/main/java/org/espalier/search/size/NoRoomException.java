package org.espalier.search.size;

/** A budget that has no room for the least that a method stores; the message says how much that is. */
public final class NoRoomException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  public NoRoomException(String message) {
    super(message);
  }
}
