package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.espalier.embeddings.store.RocksSpill;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One thread publishes without a pause while others scan. All values of a row are the row's version, a
 * whole number, as near as the encoding holds it, and versions of a token only grow. A query that adds up alternating signs finds zero in
 * a whole row and something else in a row torn between two versions; a query for the first coordinate
 * finds the version, which must be one that was current during the search.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PublishUnderScanTest {

  private static final int DIM = 16;
  private static final int STEADY = 1500; // tokens that are always there
  private static final int FLICKERING = 100; // tokens after those that come and go
  private static final int ADDED = 1500; // tokens after those that appear once each
  private static final int TOKENS = STEADY + FLICKERING + ADDED;
  private static final int PUBLISHES = 200_000;
  private static final int[] SIZES = {4, 16};

  /** What is left of a whole row when signs alternate: a scale is off by 2^-16 at most. */
  private static final float WHOLE = 0.1f;

  private int publishes;
  private Encoding encoding = Encoding.FP32;
  private final AtomicIntegerArray begun = new AtomicIntegerArray(TOKENS);
  private final AtomicIntegerArray done = new AtomicIntegerArray(TOKENS);
  private final AtomicBoolean finished = new AtomicBoolean();

  @TempDir private Path spillDirectory;

  /** One way to search. */
  private interface Search {
    Hits of(ArenaTable table, float[] query, int k);
  }

  private static Hits alone(ArenaTable table, float[] query, int k) {
    return ExactSearch.search(table, query, k, null, null);
  }

  /** The query among others, and not the first. */
  private static Hits inBatch(ArenaTable table, float[] query, int k) {
    float[][] queries = {alternating(), new float[DIM], query};
    return ExactSearch.searchBatch(table, queries, k, null, null)[2];
  }

  @ParameterizedTest(name = "seed={0} {1} spill={2}")
  @CsvSource({
    "1, FP32, false", "2, FP32, false", "3, FP16, false", "4, BF16, false", "5, INT8, false",
    "6, INT4, false", "7, MIXED, false", "8, FP32, true", "9, INT8, true", "10, MIXED, true"
  })
  void readers_see_whole_current_rows_and_miss_no_token(long seed, Encoding stored, boolean spill)
      throws Exception {
    encoding = stored;
    publishes = spill ? PUBLISHES / 20 : PUBLISHES;
    List<SizeGroup> groups =
        Arrays.stream(SIZES).mapToObj(size -> new SizeGroup(size, 0, encoding)).toList();
    ArenaMemory memory =
        spill
            ? ArenaMemory.ceiling(
                STEADY * 10L * encoding.payloadBytes(SIZES[1]) / 16,
                RocksSpill.open(spillDirectory, 8 << 20))
            : new ArenaMemory(Long.MAX_VALUE, null, Duration.ofSeconds(60));
    TableShape shape = new TableShape("item", "entity", DIM, Projection.NESTED, groups);
    try (ArenaTable table = ArenaTable.create(shape, Basis.identity(DIM), new float[DIM], memory);
        ExecutorService threads = Executors.newFixedThreadPool(5);
        ExecutorService helpers = Executors.newFixedThreadPool(2)) {
      Random random = new Random(seed);
      for (int token = 0; token < STEADY; token++) {
        publish(table, token, random);
      }
      assertThat(table.spilledRowCount() > 0).isEqualTo(spill);
      Future<?> writer = threads.submit(() -> write(table, random));
      ParallelSearch parallel = new ParallelSearch(helpers, 3, 0);
      Search onThreads = (searched, query, k) -> parallel.search(searched, query, k, null, null);
      List<Future<Integer>> readers = new ArrayList<>();
      for (Search search :
          List.<Search>of(PublishUnderScanTest::alone, PublishUnderScanTest::inBatch, onThreads)) {
        readers.add(
            threads.submit(
                untilFinished(() -> {
                  findEverything(table, search);
                  findTheNewest(table, search);
                })));
      }
      readers.add(threads.submit(untilFinished(() -> scoreAndCopy(table))));
      writer.get();
      for (Future<Integer> rounds : readers) {
        assertThat(rounds.get()).isPositive();
      }
      long bytes = table.bytes();
      write(table, random);
      assertThat(table.bytes()).as("no reader holds a slot any more").isEqualTo(bytes);
    }
  }

  private void write(ArenaTable table, Random random) {
    try {
      int nextAdded = STEADY + FLICKERING;
      for (int i = 0; i < publishes; i++) {
        int dice = random.nextInt(100);
        if (dice < 90) {
          publish(table, random.nextInt(STEADY), random);
        } else if (dice < 98) {
          int token = STEADY + random.nextInt(FLICKERING);
          if (!table.remove(token)) {
            publish(table, token, random);
          }
        } else if (nextAdded < TOKENS) {
          publish(table, nextAdded++, random);
        }
      }
    } finally {
      finished.set(true);
    }
  }

  private void publish(ArenaTable table, int token, Random random) {
    int version = begun.incrementAndGet(token);
    float[] row = new float[SIZES[random.nextInt(SIZES.length)]];
    Arrays.fill(row, version);
    table.publish(token, row, 0, row.length);
    done.set(token, version);
  }

  /** Every token that was there before is found once, and no row is torn. */
  private void findEverything(ArenaTable table, Search search) {
    int[] before = snapshot(done);
    Hits hits = search.of(table, alternating(), 2 * TOKENS);
    assertWhole(hits.scores());
    BitSet found = new BitSet();
    for (int token : hits.tokens()) {
      assertThat(found.get(token)).as("token %d twice", token).isFalse();
      found.set(token);
    }
    for (int token = 0; token < TOKENS; token++) {
      if (before[token] > 0 && !flickers(token)) {
        assertThat(found.get(token)).as("token %d is found", token).isTrue();
      }
    }
  }

  /** The hits are current, in order, and nothing that was better all the time is missing. */
  private void findTheNewest(ArenaTable table, Search search) {
    float[] query = new float[DIM];
    query[0] = 1;
    int[] before = snapshot(done);
    Hits hits = search.of(table, query, 50);
    int[] after = snapshot(begun);
    BitSet found = new BitSet();
    for (int i = 0; i < hits.size(); i++) {
      int token = hits.tokens()[i];
      float value = hits.scores()[i];
      assertThat(found.get(token)).as("token %d twice", token).isFalse();
      found.set(token);
      assertThat(value)
          .as("version of %d", token)
          .isBetween(stored(before[token]), stored(after[token]));
      if (i > 0) {
        assertThat(value).isLessThanOrEqualTo(hits.scores()[i - 1]);
      }
    }
    float worst = hits.scores()[hits.size() - 1];
    for (int token = 0; token < TOKENS; token++) {
      if (!found.get(token) && !flickers(token)) {
        assertThat(stored(before[token]))
            .as("token %d is not missed", token)
            .isLessThanOrEqualTo(worst);
      }
    }
  }

  private void scoreAndCopy(ArenaTable table) {
    int[] tokens = new int[STEADY];
    Arrays.setAll(tokens, token -> token);
    float[] scores = new float[STEADY];
    table.score(alternating(), tokens, STEADY, scores);
    assertWhole(scores);
    float[] vector = new float[DIM];
    for (int token : tokens) {
      int before = done.get(token);
      assertThat(table.copyVector(token, vector, 0)).isTrue();
      assertThat(vector[0]).isBetween(stored(before), stored(begun.get(token)));
      for (int d = 1; d < DIM; d++) {
        float expected = d < SIZES[0] || vector[DIM - 1] != 0 ? vector[0] : 0;
        assertThat(vector[d]).as("value %d of %d", d, token).isCloseTo(expected, within(WHOLE));
      }
    }
  }

  private Callable<Integer> untilFinished(Runnable round) {
    return () -> {
      int rounds = 0;
      while (!finished.get() || rounds == 0) {
        round.run();
        rounds++;
      }
      return rounds;
    };
  }

  /** What the first value of a version's row is read as; it grows with the version. */
  private float stored(int version) {
    float[] row = new float[DIM];
    Arrays.fill(row, version);
    encoding.decode(encoding.encode(row, 0, DIM), DIM, row, 0);
    return row[0];
  }

  private static void assertWhole(float[] scores) {
    for (float score : scores) {
      assertThat(Math.abs(score)).as("a whole row").isLessThan(WHOLE);
    }
  }

  private static boolean flickers(int token) {
    return token >= STEADY && token < STEADY + FLICKERING;
  }

  private static float[] alternating() {
    float[] query = new float[DIM];
    for (int d = 0; d < DIM; d++) {
      query[d] = d % 2 == 0 ? 1 : -1;
    }
    return query;
  }

  private static int[] snapshot(AtomicIntegerArray counters) {
    int[] values = new int[counters.length()];
    Arrays.setAll(values, counters::get);
    return values;
  }
}
