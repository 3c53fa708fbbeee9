package org.espalier.service.catalogue;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.PutResult;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.platform.UserRecordsChanged;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Timestamps;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Reads and writes records of either kind. */
@Component
class Records {

  private static final long FIRST_VERSION = 1;

  private final Store store;
  private final ElementReader elements;
  private final RecordDecoder decoder;
  private final Timestamps timestamps;
  private final ApplicationEventPublisher events;

  Records(
      Store store,
      ElementReader elements,
      RecordDecoder decoder,
      Timestamps timestamps,
      ApplicationEventPublisher events) {
    this.store = store;
    this.elements = elements;
    this.decoder = decoder;
    this.timestamps = timestamps;
    this.events = events;
  }

  /** A record; empty when there is none or it was deleted. */
  Optional<RecordView> find(Catalogue.Kind kind, String id) {
    int known = store.dictionary().find(kind.field(), id);
    return known < 0
        ? Optional.empty()
        : store
            .catalogue()
            .find(kind, known)
            .filter(record -> !record.deleted())
            .map(record -> RecordView.of(id, record));
  }

  /** Replaces a record with the one in the body: 201 with it when it is the first of its id, else 200. */
  ResponseEntity<RecordView> put(Catalogue.Kind kind, String id, InputStream body) {
    CatalogueUpdate update =
        elements.readObject(body, (parser, _) -> decoder.decode(parser, kind, id));
    boolean first = put(kind, List.of(update)).getFirst().version() == FIRST_VERSION;
    return ResponseEntity.status(first ? HttpStatus.CREATED : HttpStatus.OK)
        .body(RecordView.of(update));
  }

  /** Replaces the records of a batch's good elements. */
  BatchAccepted putAll(Catalogue.Kind kind, InputStream body, String... fields) {
    long startNs = System.nanoTime();
    Batch<CatalogueUpdate> batch =
        elements.readArrayField(body, (parser, _) -> decoder.decode(parser, kind, null), fields);
    if (!batch.accepted().isEmpty()) {
      put(kind, batch.accepted());
    }
    return BatchAccepted.since(startNs, batch.accepted().size(), batch.rejected());
  }

  /** Deletes an item; returns false when nothing knows it. */
  boolean deleteItem(String id) {
    boolean known =
        store.deleteItem(id, timestamps.nowMs(), CatalogueUpdate.ANY_VERSION).isPresent();
    events.publishEvent(new ItemRecordsChanged(List.of(id)));
    return known;
  }

  private List<PutResult> put(Catalogue.Kind kind, List<CatalogueUpdate> updates) {
    if (kind == Catalogue.Kind.USER) {
      List<PutResult> written = store.putUsers(updates);
      events.publishEvent(
          new UserRecordsChanged(updates.stream().map(CatalogueUpdate::id).toList()));
      return written;
    }
    List<PutResult> results = store.putItems(updates);
    events.publishEvent(new ItemRecordsChanged(updates.stream().map(CatalogueUpdate::id).toList()));
    return results;
  }
}
