package org.espalier.embeddings.arena;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * {@link ExactSearch} on several threads, for tables that take one thread too long. The caller's thread
 * works, too, and helpers take chunks from the same counter: a helper that gets no thread delays nobody.
 * What is found is what one thread finds, ties included.
 *
 * <p>Helpers judge rows by the moment at which the caller entered: a row that moved since then is scored
 * where it is now, whichever thread passes by its old or its new place. Two threads may thus both keep a
 * token, in two versions that were current meanwhile; the better one is taken.
 *
 * <p>Any thread may call, but none of the executor's own.
 */
public final class ParallelSearch {

  /** Under it, waking helpers takes longer than what they save. */
  private static final long BYTES_MIN = 8L << 20;

  private final ExecutorService helpers;
  private final int threads;
  private final long bytesMin;

  /**
   * @param helpers where the others run; stays the caller's to close
   * @param threads how many work on one search, the caller's among them, at least 1
   */
  public ParallelSearch(ExecutorService helpers, int threads) {
    this(helpers, threads, BYTES_MIN);
  }

  ParallelSearch(ExecutorService helpers, int threads, long bytesMin) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + "; at least 1 is needed");
    }
    this.helpers = helpers;
    this.threads = threads;
    this.bytesMin = bytesMin;
  }

  /** As {@link ExactSearch#search}. */
  public Hits search(
      ArenaTable table,
      float[] query,
      int k,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    if (alone(table, allowed)) {
      return ExactSearch.search(table, query, k, allowed, denied);
    }
    return searchBatch(table, new float[][] {query}, k, allowed, denied)[0];
  }

  /** As {@link ExactSearch#searchBatch}. */
  public Hits[] searchBatch(
      ArenaTable table,
      float[][] queries,
      int k,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    if (alone(table, allowed)) {
      return ExactSearch.searchBatch(table, queries, k, allowed, denied);
    }
    ExactSearch.requireBatch(queries, k);
    Hits[] found = new Hits[queries.length];
    for (int from = 0; from < queries.length; from += ExactSearch.PASS_QUERIES) {
      int count = Math.min(ExactSearch.PASS_QUERIES, queries.length - from);
      new Pass(table, queries, from, count, k, allowed, denied).into(found);
    }
    return found;
  }

  private boolean alone(ArenaTable table, @Nullable RoaringBitmap allowed) {
    return threads == 1 || table.bytes() < bytesMin || ExactSearch.fewAllowed(table, allowed);
  }

  /** One pass over the table by all threads. */
  private final class Pass {

    private final ArenaTable table;
    private final float[][] queries;
    private final int firstQuery;
    private final int queryCount;
    private final int k;
    private final @Nullable RoaringBitmap allowed;
    private final @Nullable RoaringBitmap denied;
    private final AtomicInteger nextChunk = new AtomicInteger();

    Pass(
        ArenaTable table,
        float[][] queries,
        int firstQuery,
        int queryCount,
        int k,
        @Nullable RoaringBitmap allowed,
        @Nullable RoaringBitmap denied) {
      this.table = table;
      this.queries = queries;
      this.firstQuery = firstQuery;
      this.queryCount = queryCount;
      this.k = k;
      this.allowed = allowed;
      this.denied = denied;
    }

    void into(Hits[] found) {
      Readers.Seat seat = table.enter(); // held to the end: it keeps slots from being reused
      try {
        Readers.Buffers buffers = seat.buffers();
        ExactSearch.prepare(table, buffers, queries, firstQuery, queryCount, k);
        Scan.spilled(table, buffers, queryCount, allowed, denied);
        Chunk[] chunks = chunks(); // after the spilled rows, some of which may be in new ones
        List<Helper> others = new ArrayList<>();
        List<Hits[]> parts = new ArrayList<>();
        try {
          for (int t = 1; t < Math.min(threads, chunks.length); t++) {
            Helper other = new Helper(chunks, seat.since());
            helpers.execute(other.task);
            others.add(other);
          }
          parts.add(work(buffers, chunks, seat.since()));
        } finally {
          nextChunk.set(chunks.length); // after a failure the others need not go on
          others.removeIf(Helper::neverBegan);
          others.forEach(Helper::await);
        }
        others.forEach(other -> parts.add(other.result()));
        for (int q = 0; q < queryCount; q++) {
          found[firstQuery + q] = merge(parts, q);
        }
      } finally {
        seat.leave();
      }
    }

    /** Those of this moment: a row that moves to a later one is met at its old place. */
    private Chunk[] chunks() {
      SlotGroup[] groups = table.groups();
      List<Chunk> all = new ArrayList<>();
      for (int g = groups.length - 1; g >= 0; g--) {
        all.addAll(Arrays.asList(groups[g].chunks()));
      }
      return all.toArray(Chunk[]::new);
    }

    private Hits[] work(Readers.Buffers buffers, Chunk[] chunks, long since) {
      for (int c = nextChunk.getAndIncrement();
          c < chunks.length;
          c = nextChunk.getAndIncrement()) {
        Scan.chunk(table, chunks[c], buffers, queryCount, since, allowed, denied);
      }
      Hits[] part = new Hits[queryCount];
      for (int q = 0; q < queryCount; q++) {
        part[q] = buffers.heap(q).drain();
      }
      return part;
    }

    /** The best of all parts; a token that is in two counts with its better score. */
    private Hits merge(List<Hits[]> parts, int q) {
      int most = parts.stream().mapToInt(part -> part[q].size()).sum();
      TopHeap union = new TopHeap();
      union.reset(Math.max(1, most));
      for (Hits[] part : parts) {
        for (int i = 0; i < part[q].size(); i++) {
          union.offer(part[q].scores()[i], part[q].tokens()[i]);
        }
      }
      Hits all = union.drain();
      int[] tokens = new int[Math.min(k, most)];
      float[] scores = new float[tokens.length];
      IntOpenHashSet taken = new IntOpenHashSet(tokens.length);
      int count = 0;
      for (int i = 0; i < most && count < tokens.length; i++) {
        if (taken.add(all.tokens()[i])) {
          tokens[count] = all.tokens()[i];
          scores[count++] = all.scores()[i];
        }
      }
      return new Hits(Arrays.copyOf(tokens, count), Arrays.copyOf(scores, count));
    }

    /** Another thread's share; either it begins, or the caller declares it done without it. */
    private final class Helper {

      private final AtomicBoolean begun = new AtomicBoolean();
      private final FutureTask<Hits[]> task;

      Helper(Chunk[] chunks, long since) {
        task =
            new FutureTask<>(() -> {
              if (!begun.compareAndSet(false, true)) {
                return new Hits[0];
              }
              Readers.Seat seat = table.enter();
              try {
                Readers.Buffers buffers = seat.buffers();
                ExactSearch.prepare(table, buffers, queries, firstQuery, queryCount, k);
                return work(buffers, chunks, since);
              } finally {
                seat.leave();
              }
            });
      }

      /** After this it will not begin any more. */
      boolean neverBegan() {
        return begun.compareAndSet(false, true);
      }

      /** Waits to the end even when interrupted: until then the thread reads the table. */
      void await() {
        boolean interrupted = false;
        while (!task.isDone()) {
          try {
            task.get();
          } catch (InterruptedException e) {
            interrupted = true;
          } catch (ExecutionException e) {
            break; // result() tells
          }
        }
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }

      Hits[] result() {
        if (task.state() == Future.State.FAILED) {
          throw task.exceptionNow() instanceof RuntimeException failure
              ? failure
              : new IllegalStateException("a helper of a search failed", task.exceptionNow());
        }
        return task.resultNow();
      }
    }
  }
}
