package org.espalier.embeddings.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. Callers hand over mutations and block; its thread takes what is waiting as one
 * group, stages all of it into one batch, writes that with one sync, and lets the callers go. While
 * a sync runs the next group gathers, so a disk that syncs slowly gets larger groups.
 *
 * <p>A group that fails fails for all its callers, changes nothing, and the next one is tried anew.
 */
final class Committer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Committer.class);

  /** A mutation that somebody waits for. */
  private static final class Waiting<R> {
    private final Mutation<R> mutation;
    private final int rows;
    private final CompletableFuture<R> done = new CompletableFuture<>();
    private @Nullable Runnable complete; // set by the committer, run by it

    Waiting(Mutation<R> mutation, int rows) {
      this.mutation = mutation;
      this.rows = rows;
    }

    void apply(Staging staging) {
      int before = staging.changes();
      try {
        R result = mutation.apply(staging);
        complete = () -> done.complete(result);
      } catch (StoreException refused) {
        if (staging.changes() != before) {
          throw refused;
        }
        complete = () -> done.completeExceptionally(refused);
      }
    }

    void complete() {
      if (complete != null) {
        complete.run();
      }
    }

    void fail(Throwable failure) {
      done.completeExceptionally(failure);
    }
  }

  private final Staging staging;
  private final StoreOptions options;
  private final Disk disk;
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Waiting<?>> queue = new LinkedBlockingQueue<>();

  /** Rows that may be waiting or under way; callers beyond it wait here. */
  private final Semaphore room;

  /** Orders the last entry of the queue after all others: none is left behind on close. */
  private final ReentrantLock door = new ReentrantLock();

  private boolean closed; // guarded by door
  private final Waiting<Integer> stop = new Waiting<>(new Stop(), 1);
  private final Thread thread;

  Committer(Staging staging, StoreOptions options, Disk disk) {
    this.staging = staging;
    this.options = options;
    this.disk = disk;
    this.room = new Semaphore(options.queueRowsMax(), true);
    this.thread = Thread.ofPlatform().name("espalier-committer").daemon().unstarted(this::run);
  }

  Committer start() {
    thread.start();
    return this;
  }

  void addListener(CommitListener listener) {
    listeners.add(listener);
  }

  /** Rows of the callers that are inside, up to the queue's bound. */
  int waitingRows() {
    return options.queueRowsMax() - room.availablePermits();
  }

  /**
   * Commits a mutation and returns its result once it is durable.
   *
   * @throws StoreException when it was refused or its group could not be written
   * @throws IllegalStateException when the store is closed
   */
  <R> R commit(Mutation<R> mutation) {
    return submit(mutation).await();
  }

  /**
   * Hands a mutation over, waiting only for room in the queue. Mutations of one thread are committed in
   * the order in which it hands them over.
   *
   * @throws IllegalStateException when the store is closed
   */
  <R> Pending<R> submit(Mutation<R> mutation) {
    if (Thread.currentThread().equals(thread)) {
      throw new IllegalStateException("a commit listener must not write to the store");
    }
    int rows = Math.min(mutation.rows(), options.queueRowsMax());
    Waiting<R> waiting = new Waiting<>(mutation, rows);
    room.acquireUninterruptibly(rows);
    try {
      enqueue(waiting);
    } catch (IllegalStateException closed) {
      room.release(rows);
      throw closed;
    }
    return new Pending<>(waiting.done.whenComplete((_, _) -> room.release(rows)));
  }

  private void enqueue(Waiting<?> waiting) {
    door.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the store is closed");
      }
      queue.add(waiting);
    } finally {
      door.unlock();
    }
  }

  private void run() {
    Waiting<?> first = take();
    while (first != stop) {
      List<Waiting<?>> group = new ArrayList<>();
      Waiting<?> next = gather(first, group);
      commit(group);
      first = next != null ? next : take();
    }
  }

  /** Fills a group and returns what must begin the next one, if it was met already. */
  private @Nullable Waiting<?> gather(Waiting<?> first, List<Waiting<?>> group) {
    group.add(first);
    int rows = first.rows;
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.lingerMs());
    while (!first.mutation.alone()) {
      Waiting<?> next = poll(deadlineNs);
      if (next == null) {
        return null;
      }
      rows += next.rows;
      if (next == stop || next.mutation.alone() || rows > options.groupRowsMax()) {
        return next;
      }
      group.add(next);
    }
    return null;
  }

  private void commit(List<Waiting<?>> group) {
    Commit commit;
    try {
      StoreDirectory.requireFreeSpace(
          staging.database().directory(), options.freeDiskBytesMin(), disk);
      for (Waiting<?> waiting : group) {
        waiting.apply(staging);
      }
      staging.write(group.stream().anyMatch(waiting -> waiting.mutation.alwaysSync()));
      commit = staging.publish();
    } catch (Throwable failure) { // an Error too must reach the callers, who else wait for ever
      staging.discard();
      group.forEach(waiting -> waiting.fail(failure));
      return;
    }
    for (CommitListener listener : listeners) {
      try {
        listener.committed(commit);
      } catch (RuntimeException e) {
        log.error("A commit listener failed; what it keeps may be stale: {}", listener, e);
      }
    }
    group.forEach(Waiting::complete);
  }

  private Waiting<?> take() {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        log.warn("The committer ignores an interrupt; closing the store ends it", e);
      }
    }
  }

  private @Nullable Waiting<?> poll(long deadlineNs) {
    Waiting<?> next = queue.poll();
    long leftNs = deadlineNs - System.nanoTime();
    if (next != null || leftNs <= 0) {
      return next;
    }
    try {
      return queue.poll(leftNs, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      log.warn("The committer ignores an interrupt; closing the store ends it", e);
      return null;
    }
  }

  /** Commits what was handed over before, then ends the thread. */
  @Override
  public void close() {
    door.lock();
    try {
      if (!closed) {
        closed = true;
        queue.add(stop);
      }
    } finally {
      door.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the store must not be closed under a running committer
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Marks the queue's end; never applied. */
  private record Stop() implements Mutation<Integer> {
    @Override
    public int rows() {
      return 1;
    }

    @Override
    public Integer apply(Staging staging) {
      throw new IllegalStateException("the end of the queue is no mutation");
    }
  }
}
