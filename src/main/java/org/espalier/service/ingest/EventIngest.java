package org.espalier.service.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.espalier.embeddings.store.AppendResult;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.RefusedElements;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.Spans.Running;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.RejectedElement;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Puts decoded events into the log and counts what became of them. */
@Component
class EventIngest {

  private static final String METRIC = "espalier.ingest.events";

  private final Store store;
  private final MeterRegistry meters;
  private final Spans spans;
  private final ObjectProvider<RefusedElements> keepers;

  EventIngest(
      Store store, MeterRegistry meters, Spans spans, ObjectProvider<RefusedElements> keepers) {
    this.keepers = keepers;
    this.store = store;
    this.meters = meters;
    this.spans = spans;
    count("accepted", 0); // from 0 on, so that rates begin with the first one
    count("duplicate", 0);
  }

  /** Stores the accepted events of a batch, all or none, and returns once they are durable. */
  AppendResult append(Batch<Event> batch) {
    List<Event> events = batch.accepted();
    AppendResult result =
        events.isEmpty() ? new AppendResult(0, 0, store.lastSequence()) : commit(events);
    count("accepted", result.accepted());
    count("duplicate", result.duplicates());
    for (RejectedElement rejected : batch.rejected()) {
      count(rejected.code(), 1); // one of a closed list, so the label is bounded
    }
    if (!batch.refused().isEmpty()) {
      keepers.ifAvailable(keeper -> keeper.take(RefusedElements.Kind.EVENT, batch.refused()));
    }
    return result;
  }

  private AppendResult commit(List<Event> events) {
    try (Running span = spans.stage("ingest.commit")) {
      span.tag("events", events.size());
      return store.append(events);
    }
  }

  private void count(String outcome, int events) {
    meters.counter(METRIC, "outcome", outcome).increment(events);
  }
}
