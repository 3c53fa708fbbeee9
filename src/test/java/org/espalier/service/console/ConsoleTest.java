package org.espalier.service.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConsoleTest {

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void a_task_of_less_than_two_seconds_is_not_mentioned_in_a_log() {
    try (Progress progress = console(0).progress("Reading", 10)) {
      for (int i = 0; i < 10; i++) {
        pass(0.19);
        progress.step(1);
      }
    }
    assertThat(text()).isEmpty();
  }

  @Test
  void a_longer_task_is_mentioned_every_five_seconds_in_a_log() {
    try (Progress progress = console(0).progress("Sending events", 2000)) {
      progress.note("3 waiting");
      for (int i = 0; i < 10; i++) {
        pass(1);
        progress.step(200);
      }
    }
    assertThat(text())
        .isEqualTo(
            """
            Sending events: 400 of 2,000 (20%), 3 waiting
            Sending events: 1,400 of 2,000 (70%), 3 waiting
            """);
  }

  @Test
  void a_total_may_become_known_later() {
    try (Progress progress = console(0).progress("Training", 0)) {
      pass(3);
      progress.step(1);
      progress.total(8);
      pass(5);
      progress.step(1);
    }
    assertThat(text()).isEqualTo("Training: 1\nTraining: 2 of 8 (25%)\n");
  }

  @Test
  void a_terminal_gets_a_bar_no_wider_than_itself() {
    try (Progress progress = console(60).progress("Sending events", 4)) {
      progress.note("loss 0.31");
      progress.step(4);
    }
    assertThat(text()).contains("Sending events").contains("100%").contains("4/4");
    assertThat(text().replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "").split("[\r\n]"))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(60));
  }

  @Test
  void a_table_lines_figures_up_to_the_right() {
    assertThat(new TextTable("model", "recall@20").row("popularity", ".1672").row("mf", ".404"))
        .hasToString(
            """
            model       recall@20
            popularity      .1672
            mf               .404
            """);
  }

  @Test
  void a_row_that_does_not_fit_the_header_is_refused() {
    assertThatThrownBy(() -> new TextTable("a", "b").row("only one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 cells under 2 columns");
  }

  private Console console(int columns) {
    return new Console(new PrintStream(shown, true, StandardCharsets.UTF_8), columns, nanos::get);
  }

  private void pass(double seconds) {
    nanos.addAndGet((long) (seconds * TimeUnit.SECONDS.toNanos(1)));
  }

  private String text() {
    return shown.toString(StandardCharsets.UTF_8);
  }
}
