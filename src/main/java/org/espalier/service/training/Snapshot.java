package org.espalier.service.training;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.espalier.embeddings.store.EventLog;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.learning.data.Interactions;
import org.espalier.service.platform.TypeWeights;

/**
 * The interactions of the log up to one sequence. Users and items without any are left out, so that tables have no rows
 * that nobody trained.
 *
 * @param lastSequence the last sequence that is in
 * @param interactions by dense numbers of their own
 * @param users the user id of each number, ascending: numbers do not depend on the order in which events arrived
 * @param items the entity id of each number, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // columns; never compared, never changed
record Snapshot(long lastSequence, Interactions interactions, int[] users, int[] items) {

  private static final int REPORT_EVERY = 1 << 14;

  /** Of the whole log. */
  static final long FROM_THE_FIRST = Long.MIN_VALUE;

  /**
   * Reads the log up to a sequence; empty when it was cancelled.
   *
   * @param sinceMs events of earlier times are left out
   */
  static Optional<Snapshot> read(
      Store store,
      long lastSequence,
      long sinceMs,
      TypeWeights weights,
      Consumer<TrainingStep.Reading> progress,
      BooleanSupplier cancelled) {
    try (EventLog.Hold _ = store.events().hold()) { // a part of the log would be another log
      return readHeld(store, lastSequence, sinceMs, weights, progress, cancelled);
    }
  }

  private static Optional<Snapshot> readHeld(
      Store store,
      long lastSequence,
      long sinceMs,
      TypeWeights weights,
      Consumer<TrainingStep.Reading> progress,
      BooleanSupplier cancelled) {
    Reader reader = new Reader(store, weights);
    for (long from = 1; from <= lastSequence; from += REPORT_EVERY) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      long to = Math.min(lastSequence, from + REPORT_EVERY - 1);
      store
          .events()
          .read(
              from,
              to,
              (_, user, item, type, _, timeMs) -> {
                if (timeMs >= sinceMs) {
                  reader.event(user, item, type, timeMs);
                }
              });
      progress.accept(new TrainingStep.Reading(to, lastSequence));
    }
    return Optional.of(reader.snapshot(lastSequence));
  }

  private static final class Reader {
    private final TypeWeights weights;
    private final Column users;
    private final Column items;
    private final LongArrayList times = new LongArrayList();

    Reader(Store store, TypeWeights weights) {
      this.weights = weights;
      this.users = new Column(store.dictionary().size(Field.USER));
      this.items = new Column(store.dictionary().size(Field.ENTITY));
    }

    void event(int user, int item, int type, long timeMs) {
      if (weights.of(type) > 0) {
        users.add(user);
        items.add(item);
        times.add(timeMs);
      }
    }

    Snapshot snapshot(long lastSequence) {
      int[] userIds = users.distinct();
      int[] itemIds = items.distinct();
      return new Snapshot(
          lastSequence,
          Interactions.of(
              userIds.length,
              itemIds.length,
              users.numbers(userIds),
              items.numbers(itemIds),
              null,
              times.toLongArray()),
          userIds,
          itemIds);
    }
  }

  /** The ids of one side of the interactions. */
  private static final class Column {
    private final IntArrayList ids = new IntArrayList();
    private final BitSet seen;

    Column(int idCount) {
      seen = new BitSet(idCount);
    }

    void add(int id) {
      ids.add(id);
      seen.set(id);
    }

    /** Ascending. */
    int[] distinct() {
      return seen.stream().toArray();
    }

    /** The position of each id in those that are distinct. */
    int[] numbers(int[] distinct) {
      int[] byId = new int[seen.length()];
      for (int number = 0; number < distinct.length; number++) {
        byId[distinct[number]] = number;
      }
      int[] numbers = ids.toIntArray();
      for (int at = 0; at < numbers.length; at++) {
        numbers[at] = byId[numbers[at]];
      }
      return numbers;
    }
  }
}
