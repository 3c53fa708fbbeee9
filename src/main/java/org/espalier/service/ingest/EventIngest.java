package org.espalier.service.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.espalier.embeddings.store.AppendResult;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.RejectedElement;
import org.springframework.stereotype.Component;

/** Puts decoded events into the log and counts what became of them. */
@Component
class EventIngest {

  private static final String METRIC = "espalier.ingest.events";

  private final Store store;
  private final MeterRegistry meters;

  EventIngest(Store store, MeterRegistry meters) {
    this.store = store;
    this.meters = meters;
  }

  /** Stores the accepted events of a batch, all or none, and returns once they are durable. */
  AppendResult append(Batch<Event> batch) {
    List<Event> events = batch.accepted();
    AppendResult result =
        events.isEmpty() ? new AppendResult(0, 0, store.lastSequence()) : store.append(events);
    count("accepted", result.accepted());
    count("duplicate", result.duplicates());
    for (RejectedElement rejected : batch.rejected()) {
      count(rejected.code(), 1); // one of a closed list, so the label is bounded
    }
    return result;
  }

  private void count(String outcome, int events) {
    meters.counter(METRIC, "outcome", outcome).increment(events);
  }
}
