package org.espalier.embeddings.store;

import org.jspecify.annotations.Nullable;

/**
 * One interaction to be stored: one user did something to one item at one time.
 *
 * @param eventId makes a retry harmless: an event whose id is in the log is dropped; null for none
 * @param type what was done, for example {@code click}
 * @param value how much, finite; the weight of the user's {@code interacts} edge grows by it, and an
 *     event of value 0 (an exposure, say) makes no edge
 * @param timeMs when, in epoch milliseconds
 * @param rankingId the ranking that led to it, or null
 * @param context JSON that came with it, or null; the store does not look inside
 */
public record Event(
    @Nullable String eventId,
    String type,
    String userId,
    String itemId,
    float value,
    long timeMs,
    @Nullable String rankingId,
    @Nullable String context) {

  /**
   * @throws IllegalArgumentException for an id that is no token, or a value that is not finite
   */
  public Event {
    if (eventId != null) {
      Tokens.require("event_id", eventId);
    }
    if (rankingId != null) {
      Tokens.require("ranking_id", rankingId);
    }
    Tokens.require("type", type);
    Tokens.require("user_id", userId);
    Tokens.require("item_id", itemId);
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException("value " + value + " is not finite");
    }
  }
}
