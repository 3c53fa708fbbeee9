package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.espalier.embeddings.store.EventLog.LoggedEvent;
import org.espalier.embeddings.store.StoreException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Whether the log, the users' histories and the event ids say the same of every event. Each family is read once, in its own
 * order, and sums tell whether they agree; where they do not, it is read again, and the suspect rows are looked up one by one in
 * the other family. Of one thread.
 */
final class EventAgreement {

  /** A row of a family other than the log. */
  private record Row(long sequence, ByteBuffer key, ByteBuffer value) {

    static Row copy(long sequence, ByteBuffer key, ByteBuffer value) {
      return new Row(
          sequence,
          ByteBuffer.wrap(Formats.bytes(key.rewind(), key.remaining())),
          ByteBuffer.wrap(Formats.bytes(value.rewind(), value.remaining())));
    }
  }

  private final Database.View view;
  private final Agreement histories = new Agreement();
  private final Agreement ids = new Agreement();

  EventAgreement(Database.View view) {
    this.view = view;
  }

  /** The log has this event. */
  void logged(LoggedEvent event) {
    histories.expect(event.sequence(), historyKey(event), historyValue(event));
    event
        .eventId()
        .ifPresent(id ->
            ids.expect(
                event.sequence(),
                ByteBuffer.wrap(idKey(id)),
                ByteBuffer.wrap(Offsets.value(event.sequence()))));
  }

  /** A history has this row. */
  void inHistory(ByteBuffer key, ByteBuffer value) {
    histories.meet(Histories.sequence(key), key, value);
  }

  /** An event id leads to this sequence. */
  void identified(long sequence, ByteBuffer key, ByteBuffer value) {
    ids.meet(sequence, key, value);
  }

  /** After all three families have been read: says what is wrong where they do not agree. */
  void settle(Reading reading) {
    if (histories.holds() && ids.holds()) {
      return;
    }
    reading.walkAgain(Family.EVENTS, this::suspectEvent, this::requireWhatItLeadsTo);
    reading.walkAgain(Family.HISTORIES, this::suspectHistory, this::requireSameInLog);
    reading.walkAgain(Family.OFFSETS, this::suspectId, this::requireSameId);
  }

  private @Nullable LoggedEvent suspectEvent(ByteBuffer key, ByteBuffer value) {
    long sequence = key.getLong();
    boolean agreed = histories.holdsFor(sequence) && ids.holdsFor(sequence);
    return agreed ? null : EventLog.parse(sequence, value);
  }

  private void requireWhatItLeadsTo(LoggedEvent event) {
    byte[] history = view.get(Family.HISTORIES, historyKey(event).array());
    require(
        Arrays.equals(history, historyValue(event).array()),
        "the user's history does not have the event");
    if (event.eventId().isPresent()) {
      long sequence = Offsets.read(view.get(Family.OFFSETS, idKey(event.eventId().get())));
      require(sequence == event.sequence(), "the event's id leads to " + sequence);
    }
  }

  private @Nullable Row suspectHistory(ByteBuffer key, ByteBuffer value) {
    long sequence = Histories.sequence(key);
    return histories.holdsFor(sequence) ? null : Row.copy(sequence, key, value);
  }

  private void requireSameInLog(Row row) {
    LoggedEvent event = event(row.sequence());
    require(row.key().equals(historyKey(event)), "the log's event is another user's or time's");
    require(row.value().equals(historyValue(event)), "the log's event says something else");
  }

  private @Nullable Row suspectId(ByteBuffer key, ByteBuffer value) {
    if (key.get(0) != Offsets.EVENT_ID) {
      return null;
    }
    long sequence = Offsets.read(Formats.bytes(value, value.remaining()));
    return ids.holdsFor(sequence) ? null : Row.copy(sequence, key, value);
  }

  private void requireSameId(Row row) {
    String id = Formats.text(row.key().position(1), row.key().remaining());
    require(
        event(row.sequence()).eventId().equals(Optional.of(id)),
        "another id has event " + row.sequence());
  }

  private LoggedEvent event(long sequence) {
    byte[] value = view.get(Family.EVENTS, EventLog.key(sequence));
    if (value == null) {
      throw new StoreException(Kind.DAMAGED, "the log has no event " + sequence);
    }
    return EventLog.parse(sequence, ByteBuffer.wrap(value));
  }

  private static ByteBuffer historyKey(LoggedEvent event) {
    return ByteBuffer.wrap(Histories.key(event.user(), event.timeMs(), event.sequence()));
  }

  private static ByteBuffer historyValue(LoggedEvent event) {
    return ByteBuffer.wrap(Histories.value(event.item(), event.type(), event.value()));
  }

  private static byte[] idKey(String id) {
    return Offsets.eventKey(Tokens.encode(id));
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new StoreException(Kind.DAMAGED, problem);
    }
  }
}
