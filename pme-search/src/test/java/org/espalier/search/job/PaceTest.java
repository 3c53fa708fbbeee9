package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PaceTest {

  private final AtomicLong now = new AtomicLong();
  private long rested;

  private void rest(long ns) {
    rested += ns;
    now.addAndGet(ns);
  }

  @Test
  void a_quarter_of_the_time_is_work() {
    Pace pace = new Pace(0.25, () -> false, now::get, this::rest);
    for (int i = 0; i < 10; i++) {
      now.addAndGet(5_000_000);
      assertThat(pace.getAsBoolean()).isFalse();
    }
    assertThat(rested).isEqualTo(3 * 10 * 5_000_000L);
  }

  @Test
  void all_of_the_time_needs_no_rest() {
    Pace pace = new Pace(1, () -> false, now::get, this::rest);
    now.addAndGet(5_000_000);
    assertThat(pace.getAsBoolean()).isFalse();
    assertThat(rested).isZero();
  }

  @Test
  void no_rest_is_longer_than_two_seconds() {
    Pace pace = new Pace(0.01, () -> false, now::get, this::rest);
    now.addAndGet(60_000_000_000L);
    assertThat(pace.getAsBoolean()).isFalse();
    assertThat(rested).isEqualTo(2_000_000_000L);
  }

  @Test
  void a_cancellation_ends_a_rest() {
    Pace pace = new Pace(0.01, () -> rested > 100_000_000, now::get, this::rest);
    now.addAndGet(1_000_000_000);
    assertThat(pace.getAsBoolean()).isTrue();
    assertThat(rested).isLessThan(200_000_000);
  }
}
