package org.espalier.embeddings.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends events: log, histories, edges, counts and event ids, together. */
final class AppendEvents implements Mutation<AppendResult> {

  /** An event with its texts as UTF-8, encoded by the caller's thread. */
  private static final class Encoded {
    private final Event event;
    private final byte @Nullable [] eventId;
    private final byte[] type;
    private final byte[] user;
    private final byte[] item;
    private final byte @Nullable [] rankingId;
    private final byte @Nullable [] context;

    Encoded(Event event) {
      this.event = event;
      this.eventId = encode(event.eventId());
      this.type = Tokens.encode(event.type());
      this.user = Tokens.encode(event.userId());
      this.item = Tokens.encode(event.itemId());
      this.rankingId = encode(event.rankingId());
      this.context = encode(event.context());
    }

    private static byte @Nullable [] encode(@Nullable String text) {
      return text == null ? null : Tokens.encode(text);
    }
  }

  private final List<Encoded> events;

  AppendEvents(List<Event> events) {
    this.events = events.stream().map(Encoded::new).toList();
  }

  @Override
  public int rows() {
    return Math.max(1, events.size());
  }

  @Override
  public AppendResult apply(Staging staging) {
    int accepted = 0;
    for (Encoded event : events) {
      if (append(staging, event)) {
        accepted++;
      }
    }
    return new AppendResult(accepted, events.size() - accepted, staging.stagedSequence());
  }

  /** Returns whether the event is new. */
  private static boolean append(Staging staging, Encoded encoded) {
    byte[] idKey = encoded.eventId == null ? null : Offsets.eventKey(encoded.eventId);
    if (idKey != null && staging.get(Family.OFFSETS, idKey) != null) {
      return false;
    }
    Event event = encoded.event;
    long sequence = staging.nextSequence();
    int user = staging.intern(Field.USER, encoded.user);
    int item = staging.intern(Field.ENTITY, encoded.item);
    int type = staging.intern(Field.EVENT_TYPE, encoded.type);
    if (idKey != null) {
      staging.put(Family.OFFSETS, idKey, Offsets.value(sequence));
    }
    staging.put(
        Family.EVENTS,
        EventLog.key(sequence),
        EventLog.value(
            user,
            item,
            type,
            event.value(),
            event.timeMs(),
            encoded.eventId,
            encoded.rankingId,
            encoded.context));
    staging.put(
        Family.HISTORIES,
        Histories.key(user, event.timeMs(), sequence),
        Histories.value(item, type, event.value()));
    if (event.value() != 0) {
      strengthen(staging, user, item, event);
    }
    staging.count(type, item, 1);
    staging.touchUser(user);
    staging.touchEntity(item);
    return true;
  }

  private static void strengthen(Staging staging, int user, int item, Event event) {
    byte[] key = Edges.key(Edges.INTERACTS, user, item);
    Edges.Load before = Edges.read(staging.get(Family.EDGES, key));
    float weight = event.value();
    long timeMs = event.timeMs();
    if (before != null) {
      weight += before.weight();
      timeMs = Math.max(timeMs, before.timeMs());
    }
    staging.put(Family.EDGES, key, Edges.value(weight, timeMs));
  }
}
