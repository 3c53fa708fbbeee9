package org.espalier.service.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.EventLog.LoggedEvent;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Histories;
import org.espalier.embeddings.store.Store;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads a user's history in pages. */
@Component
class UserEvents {

  private static final int LIMIT_MAX = 1000;
  private static final int SCAN_ROWS = 1000;
  private static final int ANY_TYPE = -1;

  private final Store store;

  UserEvents(Store store) {
    this.store = store;
  }

  /**
   * One page of a user's events.
   *
   * @param type only events of this type; null for all
   * @param cursor where the page begins; null for the newest event
   */
  EventPage page(String userId, @Nullable String type, @Nullable String cursor, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "limit must be 1 to %d".formatted(LIMIT_MAX));
    }
    EventCursor from = cursor == null ? null : EventCursor.parse(cursor);
    Dictionary dictionary = store.dictionary();
    int user = dictionary.find(Field.USER, userId);
    int wanted = type == null ? ANY_TYPE : dictionary.find(Field.EVENT_TYPE, type);
    if (user < 0 || (type != null && wanted < 0)) {
      return new EventPage(List.of(), null);
    }
    // One more than asked says whether there is a next page.
    List<EventCursor> found = find(user, wanted, from, limit + 1);
    boolean more = found.size() > limit;
    List<EventPage.Entry> entries =
        found.stream().limit(limit).flatMap(at -> entry(at).stream()).toList();
    return new EventPage(entries, more ? found.get(limit - 1).text() : null);
  }

  private List<EventCursor> find(int user, int type, @Nullable EventCursor from, int count) {
    List<EventCursor> found = new ArrayList<>();
    EventCursor last = from;
    while (found.size() < count) {
      Scan scan = new Scan(type, found);
      int rows = type == ANY_TYPE ? count - found.size() : SCAN_ROWS;
      if (last == null) {
        store.histories().latest(user, rows, scan);
      } else {
        store.histories().olderThan(user, last.timeMs(), last.sequence(), rows, scan);
      }
      if (scan.last == null || scan.rows < rows) {
        break;
      }
      last = scan.last;
    }
    return found;
  }

  /** Empty for an event that was erased since its place was read. */
  private Optional<EventPage.Entry> entry(EventCursor at) {
    return store.events().find(at.sequence()).map(this::entry);
  }

  private EventPage.Entry entry(LoggedEvent event) {
    Dictionary dictionary = store.dictionary();
    return new EventPage.Entry(
        event.eventId().orElse(null),
        dictionary.token(Field.EVENT_TYPE, event.type()),
        dictionary.token(Field.ENTITY, event.item()),
        event.value(),
        event.rankingId().orElse(null),
        event.context().orElse(null),
        Timestamps.format(event.timeMs()));
  }

  private static final class Scan implements Histories.Visitor {
    private final int type;
    private final List<EventCursor> found;
    private @Nullable EventCursor last;
    private int rows;

    Scan(int type, List<EventCursor> found) {
      this.type = type;
      this.found = found;
    }

    @Override
    public void event(int item, int eventType, float value, long timeMs, long sequence) {
      rows++;
      last = new EventCursor(timeMs, sequence);
      if (type == ANY_TYPE || type == eventType) {
        found.add(last);
      }
    }
  }
}
