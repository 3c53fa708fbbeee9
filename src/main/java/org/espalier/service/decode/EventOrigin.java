package org.espalier.service.decode;

import org.jspecify.annotations.Nullable;

/** Where an event comes from, which says what the event itself leaves out. */
public interface EventOrigin {

  /**
   * The id of an event that has none; null leaves it without.
   *
   * @param content the event's fields as they were sent; null for one that was left out
   */
  @Nullable String eventId(@Nullable Object... content);

  /** The time of an event that has none, in milliseconds since 1970. */
  long timeMs();
}
