package org.espalier.service.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.espalier.service.platform.Spans.Running;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SpansTest {

  private static final int ROUNDS = 100_000;

  @Test
  void stages_that_nobody_traces_allocate_nothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    stages(Spans.none());
    long before = threads.getCurrentThreadAllocatedBytes();
    stages(Spans.none());
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ROUNDS);
  }

  private static void stages(Spans spans) {
    for (int i = 0; i < ROUNDS; i++) {
      try (Running stage = spans.stage("ranking.score")) {
        stage.tag("items", i);
        stage.part("more").close();
      }
    }
  }
}
