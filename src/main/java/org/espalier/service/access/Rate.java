package org.espalier.service.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.EstimationProbe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A token bucket. */
final class Rate {

  private final int tokens;
  private final Bucket bucket;

  /**
   * @param tokens that come back in a period
   * @param burst most tokens that are saved up
   */
  Rate(int tokens, int burst, Duration period) {
    this.tokens = tokens;
    this.bucket =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(burst).refillGreedy(tokens, period))
            .build();
  }

  /** Of so many requests a second. */
  static Rate perSecond(int requests) {
    return new Rate(requests, Math.multiplyExact(2, requests), Duration.ofSeconds(1));
  }

  int tokens() {
    return tokens;
  }

  boolean take() {
    return bucket.tryConsume(1);
  }

  /** Whole seconds until there is a token again; at least 1. */
  long secondsToNext() {
    EstimationProbe probe = bucket.estimateAbilityToConsume(1);
    long ns = probe.getNanosToWaitForRefill();
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(ns + 999_999_999));
  }
}
