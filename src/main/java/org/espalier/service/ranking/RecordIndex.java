package org.espalier.service.ranking;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.Commit;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.platform.UserRecordsChanged;
import org.espalier.service.ranking.filter.AttributeIndex;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;

/**
 * What rankings need of the catalogue's records, in memory: the attributes of items and users, and which items must not
 * be recommended. It is read from the store in a thread of its own while the service starts; whoever asks before that is
 * done waits.
 */
final class RecordIndex implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RecordIndex.class);

  private final Store store;
  private final AttributeIndex items = new AttributeIndex();
  private final AttributeIndex users = new AttributeIndex();
  private final Thread building;
  private volatile RoaringBitmap hidden =
      new RoaringBitmap(); // never changed, replaced under this lock
  private volatile boolean built; // written by the builder
  private volatile boolean closed;

  /** Begins to read the store. */
  RecordIndex(Store store) {
    this.store = store;
    this.building = Thread.ofPlatform().name("record-index").start(this::build);
    store.onCommit(this::committed);
  }

  private void build() {
    long startNs = System.nanoTime();
    RoaringBitmap found = new RoaringBitmap();
    int[] counts = new int[2];
    store
        .catalogue()
        .scan(
            Catalogue.Kind.ITEM,
            0,
            record -> {
              items.put(record);
              if (isHidden(record)) {
                found.add(record.id());
              }
              counts[0]++;
              return !closed;
            });
    store
        .catalogue()
        .scan(
            Catalogue.Kind.USER,
            0,
            record -> {
              users.put(record);
              counts[1]++;
              return !closed;
            });
    hidden = found;
    built = true;
    if (counts[0] + counts[1] > 0) {
      log.info(
          "Indexed the attributes of {} items and {} users in {} ms: {} bytes a record",
          counts[0],
          counts[1],
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs),
          (items.bytes() + users.bytes()) / (counts[0] + counts[1]));
    }
  }

  /** Attributes of items, by entity id. */
  AttributeIndex items() {
    awaitBuilt();
    return items;
  }

  /** Attributes of users, by user id. */
  AttributeIndex users() {
    awaitBuilt();
    return users;
  }

  /** Entity ids of the items that must not be recommended, hidden or deleted; not to be changed. */
  RoaringBitmap hidden() {
    awaitBuilt();
    return hidden;
  }

  private void awaitBuilt() {
    boolean interrupted = false;
    while (!built && building.isAlive()) {
      try {
        building.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!built) {
      throw new IllegalStateException("the index of the catalogue could not be built; see the log");
    }
  }

  /** Reads the records again, whose last writer is thereby always the last to be seen here. */
  @EventListener
  synchronized void changed(ItemRecordsChanged change) {
    awaitBuilt();
    RoaringBitmap next = null;
    for (String id : change.ids()) {
      Optional<CatalogueRecord> record = update(items, Catalogue.Kind.ITEM, id);
      if (record.isEmpty()) {
        continue;
      }
      int item = record.get().id();
      boolean hide = isHidden(record.get());
      if (hide != hidden.contains(item)) {
        next = next == null ? hidden.clone() : next;
        if (hide) {
          next.add(item);
        } else {
          next.remove(item);
        }
      }
    }
    if (next != null) {
      hidden = next;
    }
  }

  @EventListener
  synchronized void changed(UserRecordsChanged change) {
    awaitBuilt();
    change.ids().forEach(id -> update(users, Catalogue.Kind.USER, id));
  }

  private Optional<CatalogueRecord> update(AttributeIndex index, Catalogue.Kind kind, String id) {
    int known = store.dictionary().find(kind.field(), id);
    Optional<CatalogueRecord> record =
        known < 0 ? Optional.empty() : store.catalogue().find(kind, known);
    record.ifPresent(index::put);
    if (known >= 0 && store.dictionary().isErased(kind.field(), known)) {
      index.remove(known); // erased since it was read
    }
    return record;
  }

  /** On the committer's thread: an erased user's values are few. */
  private void committed(Commit commit) {
    if (!commit.erasedUsers().isEmpty()) {
      awaitBuilt();
      commit.erasedUsers().forEach(users::remove);
    }
  }

  /** Ends a reading that is under way, so that the store can close. */
  @Override
  public void close() {
    closed = true;
    try {
      building.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isHidden(CatalogueRecord record) {
    return record.hidden() || record.deleted();
  }
}
