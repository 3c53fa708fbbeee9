package org.espalier.bench;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Events at a fixed rate, in a thread of its own, until it is closed. */
final class IngestBeside implements AutoCloseable {

  private static final double BATCHES_PER_S = 20;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  IngestBeside(int port, ServiceOptions options) {
    thread = Thread.ofPlatform().name("ingest").start(() -> run(port, options));
  }

  private void run(int port, ServiceOptions options) {
    SplittableRandom random = new SplittableRandom(options.seed + 1000);
    long startNs = System.nanoTime();
    double sent = 0;
    try (HttpConnection connection = new HttpConnection(port)) {
      for (long batch = 1; !closed && options.ingestRate > 0; batch++) {
        int count = (int) (batch * options.ingestRate / BATCHES_PER_S - sent);
        if (count > 0) {
          send(connection, body(random, count, options), count);
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

  private static String body(SplittableRandom random, int count, ServiceOptions options) {
    StringBuilder body = new StringBuilder();
    for (int e = 0; e < count; e++) {
      double skew = random.nextDouble();
      body.append(
          "{\"type\":\"%s\",\"user_id\":\"%s\",\"item_id\":\"%s\"}\n"
              .formatted(
                  random.nextInt(4) == 0 ? "click" : "view",
                  SampleData.user(random.nextInt(options.users)),
                  SampleData.item((int) (options.items * skew * skew * skew))));
    }
    return body.toString();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long errors() {
    return errors.get();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
