package org.espalier.service.propagation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.LongSupplier;
import org.espalier.kgat.refresh.RefreshReport;
import org.espalier.kgat.refresh.Staleness;

/** What the refresh does and how far it is. Any thread. */
final class RefreshMetrics {

  private final VisibleTimes visible;
  private final Timer rounds;
  private final Counter rows;
  private final Counter vectors;
  private final Counter restarts;
  private volatile Staleness staleness = new Staleness(0, 0, 0);

  /**
   * @param waiting events and changes that wait
   */
  RefreshMetrics(MeterRegistry meters, LongSupplier waiting) {
    Timer timer =
        Timer.builder("espalier.refresh.visible")
            .description("From a commit of events until rankings see them")
            .publishPercentileHistogram()
            .register(meters);
    visible = new VisibleTimes(timer);
    rounds =
        Timer.builder("espalier.refresh.rounds")
            .description("Rounds of refreshing, until their vectors were published")
            .register(meters);
    rows =
        Counter.builder("espalier.refresh.rows")
            .description("Rows of all layers that were computed again")
            .register(meters);
    vectors =
        Counter.builder("espalier.refresh.vectors")
            .description("Vectors that were published")
            .register(meters);
    restarts =
        Counter.builder("espalier.refresh.restarts")
            .description("Times that everything had to be propagated anew")
            .register(meters);
    Gauge.builder("espalier.refresh.queue.depth", () -> (double) waiting.getAsLong())
        .description("Events and changes that rankings do not see yet")
        .register(meters);
    Gauge.builder("espalier.refresh.residual.largest", () -> staleness.largest())
        .description("How far the stalest row may be off, in lengths of a typical row")
        .register(meters);
    Gauge.builder("espalier.refresh.residual.mean", () -> staleness.mean())
        .description("The same, mean over all rows")
        .register(meters);
  }

  VisibleTimes visible() {
    return visible;
  }

  void refreshed(RefreshReport report) {
    rounds.record(report.took());
    rows.increment((double) report.rowsComputed());
    vectors.increment(report.vectorsPublished());
  }

  void staleness(Staleness now) {
    staleness = now;
  }

  void restarted() {
    restarts.increment();
  }
}
