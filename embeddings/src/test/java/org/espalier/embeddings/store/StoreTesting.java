package org.espalier.embeddings.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small things that the store's tests share. */
final class StoreTesting {

  /** Little memory, and no floor under the free disk space: a full test machine is no failure. */
  static final StoreOptions OPTIONS =
      new StoreOptions(StoreOptions.Sync.GROUP, 0, 1024, 4096, 0, 16L << 20, 8L << 20);

  static final StoreOptions UNSYNCED = OPTIONS.withSync(StoreOptions.Sync.OFF);

  private StoreTesting() {}

  static Event event(@Nullable String id, String user, String item, long timeMs) {
    return new Event(id, "click", user, item, 1, timeMs, null, null);
  }

  /** One line per event of a history, newest first: item, value, time. */
  static List<String> history(Store store, String user, int limit) {
    List<String> lines = new ArrayList<>();
    store
        .histories()
        .latest(
            store.dictionary().find(Field.USER, user),
            limit,
            (item, type, value, timeMs, sequence) ->
                lines.add(
                    store.dictionary().token(Field.ENTITY, item) + " " + value + " @" + timeMs));
    return lines;
  }

  /** One line per edge: relation, head, tail, weight, time. */
  static List<String> edges(Store store) {
    Dictionary names = store.dictionary();
    List<String> lines = new ArrayList<>();
    store
        .edges()
        .scan(
            (relation, head, tail, weight, timeMs) -> {
              Field heads = relation == Edges.INTERACTS ? Field.USER : Field.ENTITY;
              lines.add(
                  "%s %s %s %s @%d"
                      .formatted(
                          names.token(heads, head),
                          names.token(Field.RELATION, relation),
                          names.token(Field.ENTITY, tail),
                          weight,
                          timeMs));
            });
    return lines;
  }
}
