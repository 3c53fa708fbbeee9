package org.espalier.service.ranking;

import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.ItemRecordsChanged;
import org.roaringbitmap.RoaringBitmap;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The items that must not be recommended: hidden ones and deleted ones. */
@Component
class HiddenItems {

  private final Store store;
  private volatile RoaringBitmap hidden; // never changed, replaced under this object's lock

  HiddenItems(Store store) {
    this.store = store;
    RoaringBitmap found = new RoaringBitmap();
    store
        .catalogue()
        .scan(
            Catalogue.Kind.ITEM,
            0,
            record -> {
              if (isHidden(record)) {
                found.add(record.id());
              }
              return true;
            });
    this.hidden = found;
  }

  /** The hidden items' entity ids; not to be changed. */
  RoaringBitmap ids() {
    return hidden;
  }

  boolean contains(int item) {
    return hidden.contains(item);
  }

  /** Reads the records again, whose last writer is thereby always the last to be seen here. */
  @EventListener
  synchronized void changed(ItemRecordsChanged change) {
    RoaringBitmap next = null;
    for (String id : change.ids()) {
      int item = store.dictionary().find(Field.ENTITY, id);
      boolean hide =
          store
              .catalogue()
              .find(Catalogue.Kind.ITEM, item)
              .filter(HiddenItems::isHidden)
              .isPresent();
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

  private static boolean isHidden(CatalogueRecord record) {
    return record.hidden() || record.deleted();
  }
}
