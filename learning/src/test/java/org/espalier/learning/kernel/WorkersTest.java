package org.espalier.learning.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkersTest {

  @ParameterizedTest(name = "threads={0} n={1} block={2}")
  @CsvSource({"1, 0, 4", "1, 10, 4", "2, 1, 4", "3, 100, 7", "4, 8, 8", "4, 9, 2"})
  void every_index_is_worked_on_once(int threads, int n, int block) {
    AtomicIntegerArray done = new AtomicIntegerArray(n);
    try (Workers workers = new Workers(threads)) {
      workers.forBlocks(
          n,
          block,
          (from, to, worker) -> {
            assertThat(worker).isBetween(0, threads - 1);
            assertThat(to - from).isBetween(1, block);
            for (int i = from; i < to; i++) {
              done.incrementAndGet(i);
            }
          });
    }
    for (int i = 0; i < n; i++) {
      assertThat(done.get(i)).isEqualTo(1);
    }
  }

  @Test
  void two_threads_are_at_work_at_once() {
    CountDownLatch both = new CountDownLatch(2);
    try (Workers workers = new Workers(2)) {
      workers.forBlocks(
          2,
          1,
          (_, _, _) -> {
            both.countDown();
            awaitZero(both);
          });
    }
    assertThat(both.getCount()).isZero();
  }

  @ParameterizedTest(name = "block {0} fails")
  @CsvSource({"0", "1", "5"})
  void a_failure_reaches_the_caller_and_leaves_the_workers_usable(int failing) {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(() ->
              workers.forBlocks(
                  8,
                  1,
                  (from, _, _) -> {
                    if (from == failing) {
                      throw new IllegalStateException("block " + from);
                    }
                  }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("block " + failing);
      int[] done = new int[4];
      workers.forBlocks(4, 1, (from, _, _) -> done[from]++);
      assertThat(done).containsExactly(1, 1, 1, 1);
    }
  }

  @Test
  void no_threads_are_too_few() {
    assertThatThrownBy(() -> new Workers(0)).hasMessageContaining("threads=0");
  }

  private static void awaitZero(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
