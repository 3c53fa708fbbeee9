package org.espalier.bench;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Events at a fixed rate, in a thread of its own, until it is closed. */
final class IngestBeside implements AutoCloseable {

  private static final double BATCHES_PER_S = 20;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final BesideThread thread;

  /** Of the made-up items and users of a {@link ServiceBench}. */
  IngestBeside(int port, ServiceOptions options) {
    this(port, options.ingestRate, options.seed + 1000, random -> event(random, options));
  }

  /**
   * @param perSecond events a second; 0 sends none
   * @param events makes one, as JSON
   */
  IngestBeside(int port, double perSecond, long seed, Function<SplittableRandom, String> events) {
    thread = new BesideThread("ingest", closed -> run(port, perSecond, seed, events, closed));
  }

  private void run(
      int port,
      double perSecond,
      long seed,
      Function<SplittableRandom, String> events,
      BooleanSupplier closed) {
    SplittableRandom random = new SplittableRandom(seed);
    long startNs = System.nanoTime();
    double sent = 0;
    try (HttpConnection connection = new HttpConnection(port)) {
      for (long batch = 1; !closed.getAsBoolean() && perSecond > 0; batch++) {
        int count = (int) (batch * perSecond / BATCHES_PER_S - sent);
        if (count > 0) {
          send(connection, body(random, count, events), count);
          sent += count;
        }
        OpenLoad.await(startNs + (long) (batch * 1e9 / BATCHES_PER_S));
      }
    }
  }

  private void send(HttpConnection connection, String body, int count) {
    byte[] request = HttpConnection.request("POST", "/v1/events", "application/x-ndjson", body);
    try {
      if (connection.send(request) == 202) {
        acknowledged.addAndGet(count);
        return;
      }
    } catch (IOException e) {
      // counted below
    }
    errors.addAndGet(count);
  }

  private static String body(
      SplittableRandom random, int count, Function<SplittableRandom, String> events) {
    StringBuilder body = new StringBuilder();
    for (int e = 0; e < count; e++) {
      body.append(events.apply(random)).append('\n');
    }
    return body.toString();
  }

  private static String event(SplittableRandom random, ServiceOptions options) {
    double skew = random.nextDouble();
    return "{\"type\":\"%s\",\"user_id\":\"%s\",\"item_id\":\"%s\"}"
        .formatted(
            random.nextInt(4) == 0 ? "click" : "view",
            SampleData.user(random.nextInt(options.users)),
            SampleData.item((int) (options.items * skew * skew * skew)));
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long errors() {
    return errors.get();
  }

  @Override
  public void close() {
    thread.close();
  }
}
