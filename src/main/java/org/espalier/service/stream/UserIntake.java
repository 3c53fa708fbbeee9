package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.SourcePosition;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.platform.UserErasure;
import org.espalier.service.platform.UserRecordsChanged;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Rejection;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Users' records into the catalogue; a tombstone erases the user, by the same job as a request does. The position first
 * moves up to the tombstone and passes it only once the user is gone: a crash in between erases again, and what comes after
 * the tombstone is not erased with it.
 */
final class UserIntake implements Intake {

  private final Store store;
  private final Payloads payloads;
  private final ElementReader elements;
  private final RecordDecoder decoder;
  private final ApplicationEventPublisher changes;
  private final UserErasure erasure;

  UserIntake(
      Store store,
      Payloads payloads,
      ElementReader elements,
      RecordDecoder decoder,
      ApplicationEventPublisher changes,
      UserErasure erasure) {
    this.changes = changes;
    this.erasure = erasure;
    this.store = store;
    this.payloads = payloads;
    this.elements = elements;
    this.decoder = decoder;
  }

  @Override
  public Batch begin() {
    return new Users();
  }

  /** Updates, and the user whose erasure follows them; null for the last of a batch. */
  private record Section(List<CatalogueUpdate> updates, @Nullable String erased, long offset) {}

  private final class Users implements Batch {
    private final List<Section> sections = new ArrayList<>();
    private List<CatalogueUpdate> updates = new ArrayList<>();

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) throws Rejection {
      String key = Keys.id(record);
      if (record.value() == null) {
        sections.add(new Section(updates, Keys.requireId(record), record.offset()));
        updates = new ArrayList<>();
        return;
      }
      byte[] json = payloads.open(record).json();
      updates.add(
          elements.readOne(
              json,
              0,
              json.length,
              (parser, _) -> decoder.decode(parser, Catalogue.Kind.USER, key),
              0));
    }

    @Override
    public Stored submit(String source, long from, long next) {
      long at = from;
      int erased = 0;
      int stored = 0;
      for (Section section : sections) {
        if (section.offset() > at) {
          store
              .submitUsers(section.updates(), new SourcePosition(source, at, section.offset()))
              .await();
          written(section.updates());
          at = section.offset();
        }
        erased += section.erased() != null && erasure.erase(section.erased()) ? 1 : 0;
        stored += section.updates().size();
      }
      Outcome outcome = new Outcome(stored + updates.size() + erased, 0);
      var pending = store.submitUsers(updates, new SourcePosition(source, at, next));
      return () -> {
        var _ = pending.await();
        written(updates);
        return outcome;
      };
    }

    private void written(List<CatalogueUpdate> users) {
      if (!users.isEmpty()) {
        changes.publishEvent(
            new UserRecordsChanged(users.stream().map(CatalogueUpdate::id).distinct().toList()));
      }
    }
  }
}
