package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.ItemChange;
import org.espalier.embeddings.store.Pending;
import org.espalier.embeddings.store.SourcePosition;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.springframework.context.ApplicationEventPublisher;

/** Items' records into the catalogue; a tombstone deletes the item. */
final class ItemIntake implements Intake {

  private final Store store;
  private final Payloads payloads;
  private final ElementReader elements;
  private final RecordDecoder decoder;
  private final Timestamps timestamps;
  private final ApplicationEventPublisher changes;

  ItemIntake(
      Store store,
      Payloads payloads,
      ElementReader elements,
      RecordDecoder decoder,
      Timestamps timestamps,
      ApplicationEventPublisher changes) {
    this.store = store;
    this.payloads = payloads;
    this.elements = elements;
    this.decoder = decoder;
    this.timestamps = timestamps;
    this.changes = changes;
  }

  @Override
  public Batch begin() {
    return new Items();
  }

  private final class Items implements Batch {
    private final List<ItemChange> items = new ArrayList<>();

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) throws Rejection {
      if (record.value() == null) {
        items.add(new ItemChange.Delete(Keys.requireId(record), timestamps.nowMs()));
        return;
      }
      String key = Keys.id(record);
      byte[] json = payloads.open(record).json();
      items.add(
          new ItemChange.Put(
              elements.readOne(
                  json,
                  0,
                  json.length,
                  (parser, _) -> decoder.decode(parser, Catalogue.Kind.ITEM, key),
                  0)));
    }

    @Override
    public Stored submit(String source, long from, long next) {
      Pending<Integer> pending = store.submitItems(items, new SourcePosition(source, from, next));
      return () -> {
        int stored = pending.await();
        if (stored > 0) {
          changes.publishEvent(
              new ItemRecordsChanged(items.stream().map(ItemChange::id).distinct().toList()));
        }
        return new Outcome(stored, 0);
      };
    }
  }
}
