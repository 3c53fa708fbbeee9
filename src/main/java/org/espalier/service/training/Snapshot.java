package org.espalier.service.training;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
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
 * @param users the user id of each number, in the order in which they appear in the log
 * @param items the entity id of each number, in the order in which they appear in the log
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
    private final Numbers users;
    private final Numbers items;
    private final Interactions.Builder interactions = new Interactions.Builder(false, true);

    Reader(Store store, TypeWeights weights) {
      this.weights = weights;
      this.users = new Numbers(store.dictionary().size(Field.USER));
      this.items = new Numbers(store.dictionary().size(Field.ENTITY));
    }

    void event(int user, int item, int type, long timeMs) {
      if (weights.of(type) > 0) {
        interactions.add(users.of(user), items.of(item), 1, timeMs);
      }
    }

    Snapshot snapshot(long lastSequence) {
      int[] userIds = users.ids.toIntArray();
      int[] itemIds = items.ids.toIntArray();
      return new Snapshot(
          lastSequence, interactions.build(userIds.length, itemIds.length), userIds, itemIds);
    }
  }

  /** Gives dense numbers to ids as they come. */
  private static final class Numbers {
    private final int[] byId;
    private final IntArrayList ids = new IntArrayList();

    Numbers(int idCount) {
      byId = new int[idCount];
      Arrays.fill(byId, -1);
    }

    int of(int id) {
      if (byId[id] < 0) {
        byId[id] = ids.size();
        ids.add(id);
      }
      return byId[id];
    }
  }
}
