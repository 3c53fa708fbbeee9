package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeasesTest {

  private static final class Resource implements AutoCloseable {
    final AtomicInteger closes = new AtomicInteger();

    boolean open() {
      return closes.get() == 0;
    }

    @Override
    public void close() {
      closes.incrementAndGet();
    }
  }

  @Test
  void a_replaced_value_serves_its_leases_and_closes_after_the_last() {
    Resource first = new Resource();
    Resource second = new Resource();
    Leases<Resource> leases = new Leases<>(first);
    var a = leases.acquire();
    var b = leases.acquire();
    leases.replace(second);
    try (var c = leases.acquire()) {
      assertThat(c.value()).isSameAs(second);
    }
    a.close();
    a.close();
    assertThat(a.value()).isSameAs(first);
    assertThat(first.open()).as("b still holds it, however often a is closed").isTrue();
    b.close();
    assertThat(first.closes).hasValue(1);
    assertThat(second.open()).isTrue();
    leases.close();
    leases.close();
    assertThat(second.closes).hasValue(1);
  }

  @Test
  void closed_leases_hand_out_nothing_and_take_nothing() {
    Resource first = new Resource();
    Leases<Resource> leases = new Leases<>(first);
    var lease = leases.acquire();
    leases.close();
    assertThat(first.open()).isTrue();
    assertThatThrownBy(leases::acquire).isInstanceOf(IllegalStateException.class);
    Resource next = new Resource();
    assertThatThrownBy(() -> leases.replace(next)).isInstanceOf(IllegalStateException.class);
    assertThat(next.open()).as("still the caller's").isTrue();
    lease.close();
    assertThat(first.closes).hasValue(1);
  }

  @Test
  void under_replacement_every_lease_is_open_and_every_value_closes_once() throws Exception {
    List<Resource> all = new ArrayList<>(List.of(new Resource()));
    Leases<Resource> leases = new Leases<>(all.getFirst());
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Callable<Integer> reader =
          () -> {
            int closed = 0;
            while (!done.get()) {
              try (var lease = leases.acquire()) {
                closed += lease.value().open() ? 0 : 1;
              }
            }
            return closed;
          };
      List<Future<Integer>> readers = List.of(threads.submit(reader), threads.submit(reader));
      for (int i = 0; i < 20_000; i++) {
        Resource next = new Resource();
        all.add(next);
        leases.replace(next);
      }
      done.set(true);
      for (Future<Integer> closedSeen : readers) {
        assertThat(closedSeen.get()).isZero();
      }
    }
    leases.close();
    assertThat(all).allMatch(resource -> resource.closes.get() == 1);
  }
}
