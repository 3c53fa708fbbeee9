package org.espalier.bench;

import java.util.SplittableRandom;

/** Sends events as fast as they are taken. */
interface EventLoad extends AutoCloseable {

  /** Sends for a while; all that was sent is acknowledged when this returns. */
  void run(double seconds) throws InterruptedException;

  /** Events that were acknowledged since the beginning. */
  long acknowledged();

  @Override
  void close();

  /** An event as JSON; few items have most of the events. */
  static String event(SplittableRandom random) {
    double skew = random.nextDouble();
    return "{\"type\":\"%s\",\"user_id\":\"user-%d\",\"item_id\":\"item-%d\"}"
        .formatted(
            random.nextInt(4) == 0 ? "click" : "view",
            random.nextInt(200_000),
            (int) (50_000 * skew * skew * skew));
  }
}
