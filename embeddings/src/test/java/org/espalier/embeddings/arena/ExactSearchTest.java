package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ExactSearchTest {

  private static final int[] SIZES = {0, 1, 2, 4, 8, 13, 16, 27, 32, 64};
  private static final int DIM = 64;

  private final Random random = new Random();

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void bounds_batches_and_threads_change_no_bit_of_what_is_found(long seed) {
    random.setSeed(seed);
    int rows = 6000;
    try (ArenaTable table = heavyTailed(rows);
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      ParallelSearch onThreads = new ParallelSearch(threads, 4, 0);
      float[][] queries = new float[40][];
      Arrays.setAll(queries, i -> gaussians(DIM, 1));
      int k = 1 + random.nextInt(200);
      Hits[] batch = ExactSearch.searchBatch(table, queries, k, null, null);
      Hits[] parallel = onThreads.searchBatch(table, queries, k, null, null);
      int[] all = IntStream.range(0, rows).toArray();
      float[] scores = new float[rows];
      for (int q = 0; q < queries.length; q++) {
        table.score(queries[q], all, rows, scores);
        int[] expected = sorted(scores, k);
        for (Hits hits :
            List.of(
                batch[q],
                parallel[q],
                ExactSearch.search(table, queries[q], k, null, null),
                onThreads.search(table, queries[q], k, null, null))) {
          assertThat(hits.tokens()).containsExactly(expected);
          for (int i = 0; i < k; i++) {
            assertThat(hits.scores()[i]).isEqualTo(scores[expected[i]]);
          }
        }
      }
    }
  }

  @Test
  void rows_that_shrink_and_grow_again_are_found_in_spite_of_their_blocks_old_bounds() {
    random.setSeed(7);
    try (ArenaTable table = heavyTailed(3000)) {
      float[] query = gaussians(DIM, 1);
      for (int token = 0; token < 3000; token++) {
        table.publish(token, gaussians(DIM, 1e-6f), 0, DIM);
      }
      float[] best = query.clone();
      table.publish(1234, best, 0, DIM);
      Hits hits = ExactSearch.search(table, query, 2, null, null);
      assertThat(hits.tokens()[0]).isEqualTo(1234);
      assertThat(hits.scores()[1]).isLessThan(1e-3f);
    }
  }

  @Test
  void bounds_that_overflow_or_underflow_skip_nothing() {
    try (ArenaTable table = empty(4)) {
      table.publish(1, new float[] {1e-30f, 1e-30f, 0, 0}, 0, 4);
      table.publish(2, new float[] {2e-23f, 0, 0, 0}, 0, 4);
      table.publish(3, new float[] {Float.MAX_VALUE, Float.MAX_VALUE, 0, 0}, 0, 4);
      float[] tiny = {1e-22f, 0, 0, 0};
      assertThat(ExactSearch.search(table, tiny, 3, null, null).tokens()).containsExactly(3, 2, 1);
      float[] huge = {Float.MAX_VALUE, 0, 0, 0};
      assertThat(ExactSearch.search(table, huge, 3, null, null).tokens()).containsExactly(3, 2, 1);
    }
  }

  @Test
  void a_huge_k_gives_all_rows_and_holds_no_more_than_that() {
    try (ArenaTable table = empty(4)) {
      for (int token = 0; token < 100; token++) {
        table.publish(token, new float[] {token, 0, 0, 0}, 0, 4);
      }
      float[] query = {1, 0, 0, 0};
      Hits hits = ExactSearch.search(table, query, Integer.MAX_VALUE, null, null);
      assertThat(hits.size()).isEqualTo(100);
      Hits[] batch =
          ExactSearch.searchBatch(
              table, new float[][] {query, query}, Integer.MAX_VALUE, null, null);
      assertThat(batch[1].tokens()).containsExactly(hits.tokens());
    }
  }

  @Test
  void a_batch_refuses_what_it_cannot_answer_and_names_the_query() {
    float[] fine = new float[4];
    try (ArenaTable table = empty(4);
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      table.publish(1, fine, 0, 4);
      ParallelSearch onThreads = new ParallelSearch(threads, 2, 0);
      float[][] holey = {fine, {0, 0, Float.NaN, 0}};
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ExactSearch.searchBatch(table, holey, 1, null, null))
          .withMessage("queries[1][2] is NaN");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> onThreads.searchBatch(table, holey, 1, null, null))
          .withMessage("queries[1][2] is NaN");
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              ExactSearch.searchBatch(table, new float[][] {fine, new float[3]}, 1, null, null))
          .withMessage("a query of 3 values for table item of dim 4");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> onThreads.searchBatch(table, new float[][] {fine, new float[3]}, 1, null, null))
          .withMessage("a query of 3 values for table item of dim 4");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> onThreads.search(table, fine, 0, null, null))
          .withMessage("k is 0; at least 1 is needed");
      assertThatIllegalArgumentException().isThrownBy(() -> new ParallelSearch(threads, 0));
      assertThat(ExactSearch.searchBatch(table, new float[0][], 1, null, null)).isEmpty();
      assertThat(onThreads.search(table, fine, 3, null, null).tokens())
          .as("the seats are free after errors")
          .containsExactly(1);
    }
  }

  @Test
  void helpers_that_get_no_thread_delay_nobody() throws Exception {
    random.setSeed(8);
    try (ArenaTable table = heavyTailed(5000);
        ExecutorService busy = Executors.newFixedThreadPool(1)) {
      var release = new java.util.concurrent.CountDownLatch(1);
      busy.execute(() -> {
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      float[] query = gaussians(DIM, 1);
      Hits hits = new ParallelSearch(busy, 3, 0).search(table, query, 10, null, null);
      release.countDown();
      assertThat(hits.tokens())
          .containsExactly(ExactSearch.search(table, query, 10, null, null).tokens());
    }
  }

  @Test
  void a_pool_that_is_closed_is_an_error_and_leaves_the_table_usable() {
    random.setSeed(9);
    try (ArenaTable table = heavyTailed(5000)) {
      ExecutorService closed = Executors.newFixedThreadPool(1);
      closed.close();
      ParallelSearch search = new ParallelSearch(closed, 2, 0);
      float[] query = gaussians(DIM, 1);
      assertThatThrownBy(() -> search.search(table, query, 10, null, null))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(ExactSearch.search(table, query, 10, null, null).size()).isEqualTo(10);
    }
  }

  @Test
  void warming_up_touches_nothing_of_the_table() {
    random.setSeed(10);
    try (ArenaTable table = heavyTailed(500)) {
      float[] query = gaussians(DIM, 1);
      Hits before = ExactSearch.search(table, query, 500, null, null);
      long bytes = table.bytes();
      assertThat(WarmUp.run(table, Duration.ZERO)).isEqualTo(1);
      assertThat(WarmUp.run(table, Duration.ofMillis(50))).isPositive();
      assertThat(table.bytes()).isEqualTo(bytes);
      assertThat(ExactSearch.search(table, query, 500, null, null).tokens())
          .containsExactly(before.tokens());
    }
  }

  /** Rows of all sizes whose lengths differ by orders of magnitude, so that bounds do skip blocks. */
  private ArenaTable heavyTailed(int rows) {
    ArenaTable table = empty(DIM);
    for (int token = 0; token < rows; token++) {
      float scale = (float) Math.exp(2 * random.nextGaussian());
      int size = SIZES[random.nextInt(SIZES.length)];
      table.publish(token, gaussians(DIM, scale), 0, size);
    }
    return table;
  }

  private static ArenaTable empty(int dim) {
    List<SizeGroup> groups = new ArrayList<>();
    for (int size : SIZES) {
      if (size <= dim) {
        groups.add(new SizeGroup(size, 0, Encoding.FP32));
      }
    }
    TableShape shape = new TableShape("item", "entity", dim, Projection.NESTED, groups);
    return ArenaTable.create(shape, Basis.identity(dim), new float[dim]);
  }

  private static int[] sorted(float[] scores, int k) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer t) -> -scores[t]).thenComparingInt(t -> t))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private float[] gaussians(int n, float scale) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    return values;
  }
}
