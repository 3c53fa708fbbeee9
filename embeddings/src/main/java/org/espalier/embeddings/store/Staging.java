package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.espalier.embeddings.store.StoreException.Kind;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What one group of writes is going to change: a batch for the disk, and beside it everything that
 * memory must take over once the batch is durable, and must forget if it fails. Mutations of a group
 * see what earlier ones staged. Confined to the committer's thread.
 */
final class Staging implements AutoCloseable {

  private static final byte[] DELETION = {}; // every stored value has a version byte at least

  private static final class Row {
    static final Comparator<Row> BY_KEY =
        (left, right) -> Arrays.compareUnsigned(left.key, right.key);

    private final byte[] key;
    private final byte[] value;

    Row(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }
  }

  private final Database database;
  private final Dictionary dictionary;
  private final InteractionCounts counts;
  private final WriteBatch batch = new WriteBatch();

  /** Staged values of families that mutations read back; an empty value is a deletion. */
  private final Map<Family, Map<ByteKey, byte[]>> overlay = new EnumMap<>(Family.class);

  /** Staged rows of the other families whose keys come in no order; an empty value is a deletion. */
  private final Map<Family, List<Row>> unordered = new EnumMap<>(Family.class);

  private int changes;
  private final List<Runnable> afterWrite = new ArrayList<>();
  private IntOpenHashSet users = new IntOpenHashSet();
  private IntOpenHashSet entities = new IntOpenHashSet();
  private IntOpenHashSet erasedUsers = new IntOpenHashSet();
  private IntOpenHashSet items = new IntOpenHashSet();
  private List<ChangedTriple> triples = new ArrayList<>();

  /** Read by any thread; written here, after the batch is durable. */
  private volatile long lastSequence;

  private long stagedSequence;

  Staging(Database database, Dictionary dictionary, InteractionCounts counts, long lastSequence) {
    this.database = database;
    this.dictionary = dictionary;
    this.counts = counts;
    this.lastSequence = lastSequence;
    this.stagedSequence = lastSequence;
    for (Family family : List.of(Family.EDGES, Family.OFFSETS, Family.CATALOGUE)) {
      overlay.put(family, new HashMap<>());
    }
    for (Family family : List.of(Family.HISTORIES, Family.COUNTS)) {
      unordered.put(family, new ArrayList<>());
    }
  }

  Database database() {
    return database;
  }

  long lastSequence() {
    return lastSequence;
  }

  long stagedSequence() {
    return stagedSequence;
  }

  long nextSequence() {
    return ++stagedSequence;
  }

  int intern(Field field, byte[] token) {
    return dictionary.intern(this, field, token);
  }

  Dictionary dictionary() {
    return dictionary;
  }

  void count(int type, int entity, int change) {
    counts.stage(type, entity, change);
  }

  void touchUser(int user) {
    users.add(user);
  }

  void touchEntity(int entity) {
    entities.add(entity);
  }

  void eraseUser(int user) {
    erasedUsers.add(user);
  }

  void changeItemRecord(int item) {
    items.add(item);
    touchEntity(item);
  }

  void changeTriple(int relation, int head, int tail, boolean there) {
    triples.add(new ChangedTriple(relation, head, tail, there));
    touchEntity(head);
    touchEntity(tail);
  }

  /** Runs once the batch is durable; must not fail. */
  void afterWrite(Runnable change) {
    afterWrite.add(change);
  }

  /** How many changes are staged, to tell whether a mutation that failed had staged anything. */
  int changes() {
    return changes;
  }

  byte @Nullable [] get(Family family, byte[] key) {
    Map<ByteKey, byte[]> staged = overlay.get(family);
    byte[] value = staged == null ? null : staged.get(new ByteKey(key));
    if (value != null) {
      return value.length == 0 ? null : value;
    }
    return database.get(family, key);
  }

  void put(Family family, byte[] key, byte[] value) {
    changes++;
    if (!keep(family, key, value)) {
      toBatch(family, key, value);
    }
  }

  void delete(Family family, byte[] key) {
    put(family, key, DELETION);
  }

  /** Deletes the rows from one key on, up to another and without it; not for overlaid families. */
  void deleteRange(Family family, byte[] from, byte[] to) {
    changes++;
    try {
      batch.deleteRange(database.handle(family), from, to);
    } catch (RocksDBException e) {
      throw new StoreException(Kind.INTERNAL, "cannot stage a deletion", e);
    }
  }

  /** Keeps a row until the batch is written; returns false for families that need not wait. */
  private boolean keep(Family family, byte[] key, byte[] value) {
    Map<ByteKey, byte[]> staged = overlay.get(family);
    if (staged != null) {
      staged.put(new ByteKey(key), value);
      return true;
    }
    List<Row> rows = unordered.get(family);
    return rows != null && rows.add(new Row(key, value));
  }

  /**
   * Puts the rows that were kept into the batch, in the order of their keys. A table in memory is a skip list, and most
   * of what an insert costs is cache misses on the way to its place: neighbours share the way.
   */
  private void sortIntoBatch() {
    overlay.forEach((family, staged) -> {
      ByteKey[] keys = staged.keySet().toArray(ByteKey[]::new);
      Arrays.sort(keys);
      for (ByteKey key : keys) {
        toBatch(family, key.bytes(), Objects.requireNonNull(staged.get(key)));
      }
    });
    unordered.forEach((family, rows) -> {
      Row[] sorted = rows.toArray(Row[]::new);
      Arrays.sort(sorted, Row.BY_KEY); // stable: of two rows of one key the later wins
      for (Row row : sorted) {
        toBatch(family, row.key, row.value);
      }
    });
  }

  private void toBatch(Family family, byte[] key, byte[] value) {
    try {
      if (value.length == 0) {
        batch.delete(database.handle(family), key);
      } else {
        batch.put(database.handle(family), key, value);
      }
    } catch (RocksDBException e) {
      throw new StoreException(Kind.INTERNAL, "cannot stage a row", e);
    }
  }

  /** Adds the group's totals to the batch and writes it. After this nothing may fail. */
  void write(boolean alwaysSync) {
    counts.seal(this);
    if (stagedSequence != lastSequence) {
      put(Family.META, Meta.lastSequenceKey(), Meta.lastSequenceValue(stagedSequence));
    }
    sortIntoBatch();
    if (batch.count() > 0) {
      database.write(batch, alwaysSync);
    }
  }

  /** Memory takes over what was written; the dictionary first, as the others name its ids. */
  Commit publish() {
    dictionary.publish();
    counts.publish();
    afterWrite.forEach(Runnable::run);
    lastSequence = stagedSequence;
    Commit commit =
        new Commit(
            lastSequence,
            IntSets.unmodifiable(users),
            IntSets.unmodifiable(entities),
            IntSets.unmodifiable(erasedUsers),
            IntSets.unmodifiable(items),
            Collections.unmodifiableList(triples));
    clear();
    return commit;
  }

  /**
   * Forgets everything staged. Ids and sequences are given again: a batch whose write failed is not in
   * the database. If it reached the log nevertheless, RocksDB refuses further writes until it has
   * moved to a new log, or until the process starts again and reads the batch back as a whole.
   */
  void discard() {
    dictionary.discard();
    counts.discard();
    stagedSequence = lastSequence;
    clear();
  }

  @Override
  public void close() {
    batch.close();
  }

  private void clear() {
    batch.clear();
    changes = 0;
    overlay.values().forEach(Map::clear);
    unordered.values().forEach(List::clear);
    afterWrite.clear();
    users = new IntOpenHashSet();
    entities = new IntOpenHashSet();
    erasedUsers = new IntOpenHashSet();
    items = new IntOpenHashSet();
    triples = new ArrayList<>();
  }
}
