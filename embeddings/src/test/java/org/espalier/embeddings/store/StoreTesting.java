package org.espalier.embeddings.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

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
        .scan((relation, head, tail, weight, timeMs) -> {
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

  /** What is stored under a key. */
  static byte[] stored(Store store, Family family, byte[] key) {
    return Objects.requireNonNull(store.database().get(family, key));
  }

  /** Puts something else under a key, or nothing, past the committer. */
  static void change(Store store, Family family, byte[] key, byte @Nullable [] value) {
    Database database = store.database();
    try (WriteBatch batch = new WriteBatch()) {
      if (value == null) {
        batch.delete(database.handle(family), key);
      } else {
        batch.put(database.handle(family), key, value);
      }
      database.write(batch, false);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a kill at this moment would leave of a store that is open: a copy of its files. */
  static void copyAsAfterKill(Path directory, Path copy) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.toList()) {
        Files.copy(file, copy.resolve(directory.relativize(file).toString()));
      }
    }
  }
}
