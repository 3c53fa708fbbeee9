package org.espalier.service.catalogue;

import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.Store;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads records in pages. A record that is written while somebody pages is on one page at most. */
@Component
class RecordList {

  private static final int LIMIT_MAX = 1000;

  /** Deleted records are passed over; a page that meets nothing else ends early. */
  private static final int SCAN_ROWS = 20_000;

  private final Store store;

  RecordList(Store store) {
    this.store = store;
  }

  /**
   * One page.
   *
   * @param cursor where it begins; null for the first id
   */
  RecordPage page(Catalogue.Kind kind, @Nullable String cursor, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "limit must be 1 to %d".formatted(LIMIT_MAX));
    }
    Scan scan = new Scan(limit);
    int from = cursor == null ? 0 : ListCursor.parse(kind, cursor).fromId();
    store.catalogue().scan(kind, from, scan::visit);
    List<RecordView> views =
        scan.found.stream()
            .filter(record -> !store.dictionary().isErased(kind.field(), record.id()))
            .map(record ->
                RecordView.of(store.dictionary().token(kind.field(), record.id()), record))
            .filter(view -> !view.id().isEmpty()) // erased between the two lines above
            .toList();
    return new RecordPage(views, scan.nextId < 0 ? null : new ListCursor(kind, scan.nextId).text());
  }

  private static final class Scan {
    private final int limit;
    private final List<CatalogueRecord> found = new ArrayList<>();
    private int rows;
    private int nextId = -1;

    Scan(int limit) {
      this.limit = limit;
    }

    boolean visit(CatalogueRecord record) {
      if (found.size() == limit || rows == SCAN_ROWS) {
        nextId = record.id();
        return false;
      }
      rows++;
      if (!record.deleted()) {
        found.add(record);
      }
      return true;
    }
  }
}
