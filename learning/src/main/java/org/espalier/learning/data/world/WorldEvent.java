package org.espalier.learning.data.world;

/**
 * Something that a user of the sample world saw or clicked. Names are made when they are asked for.
 *
 * @param world the seed of the world, which keeps the event ids of two worlds apart
 * @param index counted from 0 over the whole stream
 * @param session counted from 0; the events of a session are one ranking and what was clicked in it
 * @param click a click, or else an impression
 * @param user index of the user
 * @param item index of the item
 * @param position of the item in the ranking, from 0
 * @param timeMs milliseconds since 1970
 */
public record WorldEvent(
    long world,
    long index,
    long session,
    boolean click,
    int user,
    int item,
    int position,
    long timeMs) {

  /** Unique over all events of worlds with different seeds. */
  public String eventId() {
    return "w" + world + "-e" + index;
  }

  /** {@code click} or {@code impression}. */
  public String type() {
    return click ? "click" : "impression";
  }

  /** The same for all events of one session. */
  public String rankingId() {
    return "w" + world + "-r" + session;
  }

  public String userId() {
    return "u" + user;
  }

  public String itemId() {
    return "i" + item;
  }
}
