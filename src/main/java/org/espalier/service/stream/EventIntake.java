package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.embeddings.store.AppendResult;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Pending;
import org.espalier.embeddings.store.SourcePosition;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.EventDecoder;
import org.espalier.service.decode.EventOrigin;
import org.espalier.service.stream.Payloads.Payload;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;

/** Events into the log. */
final class EventIntake implements Intake {

  private final Store store;
  private final Payloads payloads;
  private final ElementReader elements;
  private final EventDecoder decoder;
  private final Timestamps timestamps;

  EventIntake(
      Store store,
      Payloads payloads,
      ElementReader elements,
      EventDecoder decoder,
      Timestamps timestamps) {
    this.store = store;
    this.payloads = payloads;
    this.elements = elements;
    this.decoder = decoder;
    this.timestamps = timestamps;
  }

  @Override
  public Batch begin() {
    return new Events();
  }

  /** A record says when it was sent; a clock ahead of ours must not put its events into the future. */
  private record RecordOrigin(@Nullable String id, long timeMs) implements EventOrigin {
    @Override
    public @Nullable String eventId(@Nullable Object... content) {
      return id;
    }
  }

  private final class Events implements Batch {
    private final List<Event> events = new ArrayList<>();
    private final long nowMs = timestamps.nowMs();

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) throws Rejection {
      if (record.value() == null) {
        throw new Rejection(
            ProblemCode.EMPTY_BODY, "an event has a value; single events cannot be deleted");
      }
      Payload payload = payloads.open(record);
      if (payload.id() != null) {
        Ids.check("source#id of the CloudEvent", payload.id());
      }
      RecordOrigin origin =
          new RecordOrigin(payload.id(), Math.clamp(DeadLetters.originMs(record), 0, nowMs));
      byte[] json = payload.json();
      events.add(
          elements.readOne(json, 0, json.length, (parser, _) -> decoder.decode(parser, origin), 0));
    }

    @Override
    public Stored submit(String source, long from, long next) {
      Pending<AppendResult> pending = store.submit(events, new SourcePosition(source, from, next));
      return () -> {
        AppendResult result = pending.await();
        return new Outcome(result.accepted(), result.duplicates());
      };
    }
  }
}
