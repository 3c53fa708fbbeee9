package org.espalier.service.propagation;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Edges;
import org.espalier.embeddings.store.EventLog;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.data.Vocabulary;
import org.espalier.service.platform.TypeWeights;

/**
 * What a propagator is trained on: who chose what up to one position of the log, and the triples that there are.
 * Everything has dense numbers, so that nothing is trained which nobody has heard of; items, which are the entities that
 * somebody chose, come first among entities.
 *
 * @param lastSequence the log's last sequence that is in
 * @param interactions each pair once, at the time when it was first logged
 * @param knowledge its relations have the store's ids
 * @param users the user id of each number
 * @param entities the entity id of each number
 */
@SuppressWarnings("ArrayRecordComponent") // columns; never compared, never changed
record GraphSnapshot(
    long lastSequence,
    Interactions interactions,
    KnowledgeGraph knowledge,
    int[] users,
    int[] entities) {

  private static final int EVENTS_AT_ONCE = 1 << 14;

  /**
   * Reads; empty when it was cancelled.
   *
   * @param lastSequence at most the log's
   * @param knowledge whether triples are read
   */
  static Optional<GraphSnapshot> read(
      Store store,
      long lastSequence,
      TypeWeights weights,
      boolean knowledge,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    try (EventLog.Hold _ = store.events().hold()) { // a part of the log would be another log
      return readHeld(store, lastSequence, weights, knowledge, progress, cancelled);
    }
  }

  private static Optional<GraphSnapshot> readHeld(
      Store store,
      long lastSequence,
      TypeWeights weights,
      boolean knowledge,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    Reader reader = new Reader(store.dictionary(), weights);
    for (long from = 1; from <= lastSequence; from += EVENTS_AT_ONCE) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      long to = Math.min(lastSequence, from + EVENTS_AT_ONCE - 1);
      store.events().read(from, to, reader::event);
      progress.accept((double) to / lastSequence);
    }
    reader.itemsAreKnown();
    if (knowledge) {
      store.edges().scan(reader::edge);
    }
    return Optional.of(reader.snapshot(lastSequence));
  }

  int itemCount() {
    return interactions.itemCount();
  }

  int[] items() {
    return Arrays.copyOf(entities, itemCount());
  }

  private static final class Reader {
    private final Dictionary dictionary;
    private final TypeWeights weights;
    private final Numbers users = new Numbers();
    private final Numbers entities = new Numbers();
    private final Interactions.Builder interactions = new Interactions.Builder(false, true);
    private final LongOpenHashSet pairs = new LongOpenHashSet();
    private final IntArrayList heads = new IntArrayList();
    private final IntArrayList relations = new IntArrayList();
    private final IntArrayList tails = new IntArrayList();
    private int itemCount;

    Reader(Dictionary dictionary, TypeWeights weights) {
      this.dictionary = dictionary;
      this.weights = weights;
    }

    void event(long sequence, int user, int item, int type, float value, long timeMs) {
      if (weights.of(type) > 0) {
        int userNumber = users.of(user);
        int itemNumber = entities.of(item);
        if (pairs.add((long) userNumber << 32 | itemNumber)) {
          interactions.add(userNumber, itemNumber, 1, timeMs);
        }
      }
    }

    void itemsAreKnown() {
      itemCount = entities.ids.size();
    }

    void edge(int relation, int head, int tail, float weight, long timeMs) {
      if (relation != Edges.INTERACTS) {
        heads.add(entities.of(head));
        relations.add(relation);
        tails.add(entities.of(tail));
      }
    }

    GraphSnapshot snapshot(long lastSequence) {
      KnowledgeGraph knowledge =
          new KnowledgeGraph(
              itemCount,
              vocabulary(Field.ENTITY, entities.ids.toIntArray()),
              vocabulary(Field.RELATION, ids(dictionary.size(Field.RELATION))),
              heads.toIntArray(),
              relations.toIntArray(),
              tails.toIntArray());
      return new GraphSnapshot(
          lastSequence,
          interactions.build(users.ids.size(), itemCount),
          knowledge,
          users.ids.toIntArray(),
          entities.ids.toIntArray());
    }

    private Vocabulary vocabulary(Field field, int[] ids) {
      Vocabulary.Builder tokens = new Vocabulary.Builder();
      for (int id : ids) {
        tokens.add(dictionary.token(field, id));
      }
      return tokens.build();
    }

    private static int[] ids(int count) {
      int[] ids = new int[count];
      Arrays.setAll(ids, id -> id);
      return ids;
    }
  }

  /** Gives dense numbers to ids as they come. */
  private static final class Numbers {
    private int[] byId = {};
    private final IntArrayList ids = new IntArrayList();

    int of(int id) {
      if (id >= byId.length) {
        int before = byId.length;
        byId = Arrays.copyOf(byId, Math.max(id + 1, before + before / 2));
        Arrays.fill(byId, before, byId.length, -1);
      }
      if (byId[id] < 0) {
        byId[id] = ids.size();
        ids.add(id);
      }
      return byId[id];
    }
  }
}
