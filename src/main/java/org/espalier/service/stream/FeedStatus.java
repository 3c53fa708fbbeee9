package org.espalier.service.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.espalier.service.stream.Intake.Outcome;
import org.espalier.service.wire.ProblemCode;

/** What one feed is doing and has done. Written by its readers and by the stream's thread, read by any. */
final class FeedStatus {

  private final Feed feed;
  private final MeterRegistry meters;
  private final Timer stored;
  private volatile FeedState state = new FeedState.Waiting("starting");
  private volatile long lag;

  FeedStatus(Feed feed, MeterRegistry meters) {
    this.feed = feed;
    this.meters = meters;
    this.stored =
        Timer.builder("espalier.stream.stored")
            .description(
                "From a record's timestamp until it is durable, of the oldest of each batch")
            .tag("feed", feed.label())
            .publishPercentileHistogram()
            .register(meters);
    Gauge.builder("espalier.stream.lag", this, status -> status.lag)
        .description("Records that are in the topic and not in the store")
        .tag("feed", feed.label())
        .register(meters);
    Gauge.builder("espalier.stream.paused", this, status -> status.reads() ? 0 : 1)
        .description("1 while the topic, or a partition of it, is not read")
        .tag("feed", feed.label())
        .register(meters);
    count("stored", 0); // from 0 on, so that an alert sees the first one
    count("duplicate", 0);
    for (ProblemCode code : ProblemCode.values()) {
      if (code.status() == DeadLetters.STATUS) {
        Counter _ = DeadLetters.counter(meters, feed, code, DeadLetters.FROM_KAFKA);
      }
    }
  }

  Feed feed() {
    return feed;
  }

  FeedState state() {
    return state;
  }

  long lag() {
    return lag;
  }

  private boolean reads() {
    return state instanceof FeedState.Reading;
  }

  void become(FeedState next) {
    state = next;
  }

  void lag(long records) {
    lag = records;
  }

  /**
   * Counts a batch.
   *
   * @param oldestMs timestamp of its oldest record
   */
  void stored(Outcome outcome, long oldestMs, long nowMs) {
    count("stored", outcome.stored());
    count("duplicate", outcome.duplicates());
    stored.record(Math.max(0, nowMs - oldestMs), TimeUnit.MILLISECONDS);
  }

  private void count(String outcome, int records) {
    meters
        .counter("espalier.stream.records", "feed", feed.label(), "outcome", outcome)
        .increment(records);
  }
}
