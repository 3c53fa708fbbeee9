package org.espalier.service.catalogue;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.PutResult;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.decode.RecordPatch;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.platform.RefusedElements;
import org.espalier.service.platform.UserRecordsChanged;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Reads and writes records of either kind. */
@Component
class Records {

  private static final long FIRST_VERSION = 1;
  private static final int PATCH_ATTEMPTS = 100;

  private final Store store;
  private final ElementReader elements;
  private final RecordDecoder decoder;
  private final Timestamps timestamps;
  private final ApplicationEventPublisher events;
  private final CatalogueProperties properties;
  private final ObjectProvider<RefusedElements> keepers;

  Records(
      Store store,
      ElementReader elements,
      RecordDecoder decoder,
      Timestamps timestamps,
      ApplicationEventPublisher events,
      CatalogueProperties properties,
      ObjectProvider<RefusedElements> keepers) {
    this.keepers = keepers;
    this.store = store;
    this.elements = elements;
    this.decoder = decoder;
    this.timestamps = timestamps;
    this.events = events;
    this.properties = properties;
  }

  /** A record; empty when there is none or it was deleted. */
  Optional<CatalogueRecord> find(Catalogue.Kind kind, String id) {
    int known = store.dictionary().find(kind.field(), id);
    return known < 0
        ? Optional.empty()
        : store.catalogue().find(kind, known).filter(record -> !record.deleted());
  }

  /** A record for whoever has not read this version of it yet: 200, or 304 without a body. */
  ResponseEntity<RecordView> get(Catalogue.Kind kind, String id, HttpServletRequest request) {
    CatalogueRecord record = find(kind, id).orElseThrow(() -> unknown(kind));
    return Condition.isKnown(request, record)
        ? ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag(Condition.tag(record)).build()
        : ResponseEntity.ok().eTag(Condition.tag(record)).body(RecordView.of(id, record));
  }

  /** Replaces a record with the one in the body: 201 with it when it is the first of its id, else 200. */
  ResponseEntity<RecordView> put(Catalogue.Kind kind, String id, HttpServletRequest request)
      throws IOException {
    Condition condition = Condition.of(request);
    CatalogueUpdate update =
        elements.readObject(
            request.getInputStream(), (parser, _) -> decoder.decode(parser, kind, id));
    PutResult result = put(kind, List.of(onlyIf(version(kind, id, condition), update))).getFirst();
    if (!result.stored()) {
      throw mismatch(condition);
    }
    boolean first = result.version() == FIRST_VERSION;
    return ResponseEntity.status(first ? HttpStatus.CREATED : HttpStatus.OK)
        .eTag(tag(kind, id, result))
        .body(RecordView.of(update));
  }

  /** Changes parts of a record, in one step with reading it. */
  ResponseEntity<RecordView> patch(Catalogue.Kind kind, String id, HttpServletRequest request)
      throws IOException {
    Condition condition = Condition.of(request);
    RecordPatch patch =
        elements.readObject(
            request.getInputStream(), (parser, _) -> decoder.decodePatch(parser, kind, id));
    for (int attempt = 0; attempt < PATCH_ATTEMPTS; attempt++) {
      CatalogueRecord record = find(kind, id).orElseThrow(() -> unknown(kind));
      long wanted = version(kind, id, condition);
      if (wanted != CatalogueUpdate.ANY_VERSION && wanted != record.version()) {
        throw mismatch(condition);
      }
      CatalogueUpdate update = patched(id, record, patch);
      PutResult result = put(kind, List.of(update)).getFirst();
      if (result.stored()) {
        return ResponseEntity.ok().eTag(tag(kind, id, result)).body(RecordView.of(update));
      }
    }
    throw new ProblemException(
        ProblemCode.UNAVAILABLE, "the record changes all the time; send the request again");
  }

  private CatalogueUpdate patched(String id, CatalogueRecord record, RecordPatch patch) {
    try {
      return decoder.patched(id, record, patch);
    } catch (Rejection e) {
      throw e.asProblem();
    }
  }

  /** The version that a condition asks the store to find. */
  private long version(Catalogue.Kind kind, String id, Condition condition) {
    return switch (condition) {
      case Condition.None _ when properties.requireIfMatch() ->
          find(kind, id).isEmpty() ? CatalogueUpdate.NOT_THERE : missing();
      case Condition.None _ -> CatalogueUpdate.ANY_VERSION;
      case Condition.Absent _ -> CatalogueUpdate.NOT_THERE;
      case Condition.Present _ ->
          find(kind, id).map(CatalogueRecord::version).orElseThrow(() -> mismatch(condition));
      case Condition.Version(int known, long version) -> {
        Optional<CatalogueRecord> now = find(kind, id);
        if (version < FIRST_VERSION || now.isEmpty() || now.get().id() != known) {
          throw mismatch(condition);
        }
        yield version;
      }
    };
  }

  private static CatalogueUpdate onlyIf(long version, CatalogueUpdate update) {
    return new CatalogueUpdate(
        update.id(),
        update.fieldsJson(),
        update.categories(),
        update.hidden(),
        update.timeMs(),
        version);
  }

  private static long missing() {
    throw new ProblemException(
        ProblemCode.VERSION_MISSING,
        "the record exists; read it, and send its ETag as If-Match to change it");
  }

  private static ProblemException mismatch(Condition condition) {
    return new ProblemException(
        ProblemCode.VERSION_MISMATCH,
        condition instanceof Condition.Absent
            ? "there is a record already; leave out If-None-Match to replace it"
            : "the record is not the one of If-Match; read it again");
  }

  private String tag(Catalogue.Kind kind, String id, PutResult result) {
    return Condition.tag(store.dictionary().find(kind.field(), id), result.version());
  }

  private static ProblemException unknown(Catalogue.Kind kind) {
    return new ProblemException(
        kind == Catalogue.Kind.ITEM ? ProblemCode.UNKNOWN_ITEM : ProblemCode.UNKNOWN_USER,
        "no record has this id; ids are percent-encoded in paths");
  }

  /** Replaces the records of a batch's good elements. */
  BatchAccepted putAll(Catalogue.Kind kind, InputStream body, String... fields) {
    long startNs = System.nanoTime();
    Batch<CatalogueUpdate> batch =
        elements.readArrayField(body, (parser, _) -> decoder.decode(parser, kind, null), fields);
    if (!batch.accepted().isEmpty()) {
      put(kind, batch.accepted());
    }
    RefusedElements.Kind refused =
        kind == Catalogue.Kind.ITEM ? RefusedElements.Kind.ITEM : RefusedElements.Kind.USER;
    keepers.ifAvailable(keeper -> keeper.take(refused, batch.refused()));
    return BatchAccepted.since(startNs, batch.accepted().size(), batch.rejected());
  }

  /** Deletes an item. */
  void deleteItem(String id, HttpServletRequest request) {
    Condition condition = Condition.of(request);
    long wanted = version(Catalogue.Kind.ITEM, id, condition);
    PutResult result =
        store
            .deleteItem(id, timestamps.nowMs(), wanted)
            .orElseThrow(() -> unknown(Catalogue.Kind.ITEM));
    events.publishEvent(new ItemRecordsChanged(List.of(id)));
    if (!result.stored()) {
      throw mismatch(condition);
    }
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
