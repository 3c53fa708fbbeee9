package org.espalier.embeddings.store;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of trimming: takes at most {@link #ROWS_MAX} of the log's oldest events away, in one batch,
 * with everything that says they happened: history, event id, count, and what they added to their
 * edge's weight. Sequences are not given again.
 */
final class TrimLog implements Mutation<Integer> {

  private static final int ROWS_MAX = 10_000;

  /** What is left of a sum of floats when all that was added has been taken away again. */
  private static final float NOTHING = 1e-4f;

  /** Says of an event, oldest first, whether it goes; after the first that stays none is asked. */
  interface Goes {
    boolean test(long sequence, long timeMs);
  }

  private final Goes goes;

  TrimLog(Goes goes) {
    this.goes = goes;
  }

  @Override
  public int rows() {
    return ROWS_MAX;
  }

  @Override
  public boolean alone() {
    return true;
  }

  /** Returns how many events went; fewer than a whole step when there are no more. */
  @Override
  public Integer apply(Staging staging) {
    List<EventLog.LoggedEvent> events = oldest(staging.database());
    for (EventLog.LoggedEvent event : events) {
      remove(staging, event);
    }
    if (!events.isEmpty()) {
      staging.deleteRange(
          Family.EVENTS,
          EventLog.key(events.getFirst().sequence()),
          EventLog.key(events.getLast().sequence() + 1));
    }
    return events.size();
  }

  /** Whether a step that took so many was the last. */
  static boolean isLast(int events) {
    return events < ROWS_MAX;
  }

  private List<EventLog.LoggedEvent> oldest(Database database) {
    List<EventLog.LoggedEvent> events = new ArrayList<>();
    database.scan(
        Family.EVENTS,
        new byte[0],
        (key, value) -> {
          EventLog.LoggedEvent event = EventLog.parse(key.getLong(), value);
          if (!goes.test(event.sequence(), event.timeMs())) {
            return false;
          }
          events.add(event);
          return events.size() < ROWS_MAX;
        });
    return events;
  }

  private static void remove(Staging staging, EventLog.LoggedEvent event) {
    staging.delete(Family.HISTORIES, Histories.key(event.user(), event.timeMs(), event.sequence()));
    event
        .eventId()
        .ifPresent(id -> staging.delete(Family.OFFSETS, Offsets.eventKey(Tokens.encode(id))));
    staging.count(event.type(), event.item(), -1);
    if (event.value() != 0) {
      weaken(staging, event);
    }
    staging.touchUser(event.user());
    staging.touchEntity(event.item());
  }

  private static void weaken(Staging staging, EventLog.LoggedEvent event) {
    byte[] key = Edges.key(Edges.INTERACTS, event.user(), event.item());
    Edges.Load before = Edges.read(staging.get(Family.EDGES, key));
    if (before == null) {
      return; // someone took the edge away
    }
    float weight = before.weight() - event.value();
    if (Math.abs(weight) <= NOTHING * Math.abs(event.value())) {
      staging.delete(Family.EDGES, key);
    } else {
      staging.put(Family.EDGES, key, Edges.value(weight, before.timeMs()));
    }
  }
}
