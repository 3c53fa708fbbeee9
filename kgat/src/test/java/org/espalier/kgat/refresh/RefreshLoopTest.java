package org.espalier.kgat.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.refresh.Models.Kind;
import org.espalier.kgat.refresh.Models.Memory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RefreshLoopTest {

  private static final Duration BUDGET = Duration.ofMillis(50);

  @Test
  void changes_of_many_threads_reach_the_sink_and_none_is_lost_at_the_end() throws Exception {
    Ckg graph = Models.graph(20, 30, 100, new SplittableRandom(1));
    Propagator model = Models.of(Kind.KGAT, graph, 1);
    Memory memory = new Memory();
    ChangeQueue queue = new ChangeQueue(50);
    try (Refresher refresher =
        Refresher.start(model, graph, new RefreshSettings(0, 1), Runnable::run, memory)) {
      AtomicReference<RuntimeException> failure = new AtomicReference<>();
      try (RefreshLoop loop = RefreshLoop.start(refresher, queue, BUDGET, _ -> {}, failure::set)) {
        Thread[] sources = new Thread[3];
        for (int s = 0; s < sources.length; s++) {
          int first = 100 * (s + 1);
          sources[s] =
              Thread.ofPlatform()
                  .start(() -> {
                    for (int i = 0; i < 60; i++) {
                      EdgeChanges change = new EdgeChanges().add(0, first + i, i % 30, 1);
                      while (!queue.offer(change)) {
                        Thread.onSpinWait();
                      }
                    }
                  });
        }
        for (Thread source : sources) {
          source.join();
        }
        assertThat(loop).isNotNull();
      }
      assertThat(failure.get()).isNull();
      for (int user = 100; user < 160; user++) {
        assertThat(memory.vectors).containsKeys("u" + user, "u" + (user + 100), "u" + (user + 200));
      }
      assertThat(queue.offer(new EdgeChanges().add(0, 0, 0, 1))).isFalse();
    }
  }

  @Test
  void a_failing_sink_ends_the_loop_and_closes_the_queue() throws Exception {
    Ckg graph = Models.graph(5, 5, 20, new SplittableRandom(2));
    Propagator model = Models.of(Kind.LIGHTGCN, graph, 2);
    CountDownLatch failed = new CountDownLatch(1);
    boolean[] fails = {false};
    Memory memory =
        new Memory() {
          @Override
          public void user(int user, float[] vector) {
            if (fails[0]) {
              throw new IllegalStateException("disk full");
            }
          }
        };
    ChangeQueue queue = new ChangeQueue(10);
    try (Refresher refresher =
        Refresher.start(model, graph, new RefreshSettings(0, 1), Runnable::run, memory)) {
      fails[0] = true;
      try (RefreshLoop loop =
          RefreshLoop.start(refresher, queue, BUDGET, _ -> {}, _ -> failed.countDown())) {
        assertThat(queue.offer(new EdgeChanges().add(0, 1, 1, 1))).isTrue();
        assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(loop).isNotNull();
      }
      assertThat(queue.offer(new EdgeChanges().add(0, 1, 1, 1))).isFalse();
    }
  }

  @Test
  void what_does_not_fit_is_refused_as_a_whole() throws Exception {
    ChangeQueue queue = new ChangeQueue(3);
    EdgeChanges two = new EdgeChanges().add(0, 1, 1, 1).remove(0, 1, 2);
    assertThat(queue.offer(two)).isTrue();
    assertThat(queue.offer(two)).isFalse();
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.take(Duration.ZERO).size()).isEqualTo(2);
    assertThat(queue.take(Duration.ZERO).size()).isZero();
    assertThatThrownBy(() -> queue.offer(new EdgeChanges().addAll(two).addAll(two)))
        .hasMessageContaining("4 changes at once exceed the queue's 3");
  }
}
