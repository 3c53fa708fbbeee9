package org.espalier.kgat.graph;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Levels} of a live graph, swapped under a lock, and their merging: a pool that has grown large is
 * frozen, merged into new arrays while readers and writers go on, and dropped. Any number of threads.
 */
final class MergedLevels {

  private static final int MERGE_EDGES_MIN = 1 << 14;
  private static final int MERGE_SHARE = 8; // a pool of an eighth of the graph is merged

  private final Executor background;
  private final boolean valued;
  private final AtomicBoolean mergeAsked = new AtomicBoolean();
  private final Object merging = new Object(); // held by the one that merges; taken before `lock`
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile Levels levels; // written under `lock`

  /**
   * @param valued whether edges have values
   * @param background runs merges that are due
   */
  MergedLevels(ValuedCkg below, boolean valued, Executor background) {
    levels = Levels.of(below, valued);
    this.valued = valued;
    this.background = background;
  }

  /** The levels as they are now. */
  Levels now() {
    return levels;
  }

  /** Runs something that reads, on one state. */
  <T extends @Nullable Object> T read(Supplier<T> reader) {
    lock.readLock().lock();
    try {
      return reader.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Runs something that changes what is active, while nobody reads. */
  void write(Runnable change) {
    lock.writeLock().lock();
    try {
      change.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Asks for a merge when the active pool has grown large. */
  void mergeIfDue() {
    Levels present = levels;
    long due = Math.max(MERGE_EDGES_MIN, present.below().graph().edgeCount() / MERGE_SHARE);
    if (present.active().edges() > due && mergeAsked.compareAndSet(false, true)) {
      background.execute(() -> {
        mergeAsked.set(false);
        synchronized (merging) {
          mergeFrozen();
        }
      });
    }
  }

  /** All that was there when this was called, in one graph, which no longer changes. */
  Ckg merged() {
    synchronized (merging) {
      mergeAll();
      return levels.below().graph();
    }
  }

  /**
   * Merges all and gives the graph more room, which no reader may see half done. Called by the one that
   * changes it, so that nothing is active then.
   *
   * @param then runs before anybody reads the larger graph
   */
  void enlarge(UnaryOperator<Ckg> larger, Runnable then) {
    synchronized (merging) {
      mergeAll();
      write(() -> {
        levels = levels.withRoom(larger.apply(levels.below().graph()));
        then.run();
      });
    }
  }

  private void mergeAll() {
    mergeFrozen(); // an older pool, if one is left
    mergeFrozen();
  }

  /** Merges the frozen pool, or when there is none freezes the active one and merges that. */
  private void mergeFrozen() {
    write(() -> levels = levels.withActiveFrozen(valued));
    Levels before = levels; // only who merges replaces `below` and `frozen`
    if (!before.frozen().isEmpty()) {
      ValuedCkg merged = before.below().with(before.frozen(), valued); // readers and writers go on
      write(() -> levels = levels.withMerged(merged, valued));
    }
  }
}
