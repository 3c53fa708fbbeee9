package org.espalier.embeddings.arena;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Knows since when the current readers read, so that the writer reuses a slot only when none of them
 * can still hold it (epoch-based reclamation; Fraser, Practical lock-freedom, 2004, section 5.2.3).
 * The clock is the number of the last publish. A reader takes a seat with the clock's value and gives
 * it back; a slot that publish {@code n} retired is free once no seat is older than {@code n}.
 *
 * <p>Entering is one compare-and-set and never waits for the writer. A seat also owns the buffers of
 * whoever sits on it, which is why reading allocates nothing. Beyond {@link #SEATS} readers inside at
 * one moment, far more than cores, the next one spins until one leaves.
 */
final class Readers {

  static final int SEATS = 256; // a power of two
  private static final long EMPTY = -1;

  /** Held by one reader at a time. */
  static final class Seat {
    private static final AtomicLongFieldUpdater<Seat> SINCE =
        AtomicLongFieldUpdater.newUpdater(Seat.class, "since");

    private volatile long since = EMPTY;
    private @Nullable Buffers buffers; // of whoever sits here

    /** The publish that this reader started from. */
    long since() {
      return since;
    }

    Buffers buffers() {
      Buffers mine = buffers;
      if (mine == null) {
        mine = new Buffers();
        buffers = mine;
      }
      return mine;
    }

    void leave() {
      SINCE.lazySet(this, EMPTY);
    }
  }

  /** What a reader needs beside its result; one for each query of a batch where that is needed. */
  static final class Buffers {
    final float[] scores = new float[Chunk.SLOTS_MAX];
    final int[] tokens = new int[Chunk.SLOTS_MAX];
    final Gather gather = new Gather();
    final SpilledRows.Row spilled = new SpilledRows.Row();
    final IntArrayList elsewhere = new IntArrayList(); // positions of what is not in memory
    private ProjectedQuery[] queries = {};
    private TopHeap[] heaps = {};

    ProjectedQuery query(int i) {
      if (i >= queries.length) {
        int before = queries.length;
        queries = Arrays.copyOf(queries, i + 1);
        heaps = Arrays.copyOf(heaps, i + 1);
        for (int added = before; added <= i; added++) {
          queries[added] = new ProjectedQuery();
          heaps[added] = new TopHeap();
        }
      }
      return queries[i];
    }

    /** The heap of a query that was asked for before. */
    TopHeap heap(int i) {
      return heaps[i];
    }
  }

  private volatile long clock; // written by the writer
  private final Seat[] seats = new Seat[SEATS];

  Readers() {
    for (int i = 0; i < SEATS; i++) {
      seats[i] = new Seat();
    }
  }

  Seat enter() {
    int i = (int) Thread.currentThread().threadId();
    while (true) {
      for (int tried = 0; tried < SEATS; tried++, i++) {
        Seat seat = seats[i & (SEATS - 1)];
        if (seat.since == EMPTY && Seat.SINCE.compareAndSet(seat, EMPTY, clock)) {
          VarHandle.fullFence(); // the writer sees this seat, or this reader what the writer did
          return seat;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** The number of the last publish. */
  long clock() {
    return clock;
  }

  /** Writer only: publish {@code n} is complete. */
  void advance(long n) {
    clock = n;
  }

  /** Writer only: every slot retired by this publish or an earlier one is out of all readers' hands. */
  long settled() {
    VarHandle.fullFence(); // the other half of the fence in enter()
    long oldest = clock;
    for (Seat seat : seats) {
      long since = seat.since;
      if (since != EMPTY && since < oldest) {
        oldest = since;
      }
    }
    return oldest;
  }
}
