package org.espalier.bench;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Activates generations 1 and 2 in turn, in a thread of its own, until it is closed. */
final class ActivateBeside implements AutoCloseable {

  private final AtomicInteger activations = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private final BesideThread thread;

  /** @param everySeconds 0 for never */
  ActivateBeside(int port, double everySeconds) {
    thread = new BesideThread("activate", closed -> run(port, everySeconds, closed));
  }

  private void run(int port, double everySeconds, BooleanSupplier closed) {
    long dueNs = System.nanoTime();
    int current = 1;
    try (HttpConnection connection = new HttpConnection(port)) {
      while (everySeconds > 0) {
        dueNs += (long) (everySeconds * 1e9);
        while (!closed.getAsBoolean() && System.nanoTime() < dueNs) {
          OpenLoad.await(Math.min(dueNs, System.nanoTime() + 100_000_000));
        }
        if (closed.getAsBoolean()) {
          return;
        }
        int next = 3 - current;
        if (activate(connection, current, next)) {
          activations.incrementAndGet();
          current = next;
        } else if (activate(connection, next, current)) { // an earlier run ended with it
          activations.incrementAndGet();
        } else {
          errors.incrementAndGet();
        }
      }
    }
  }

  private static boolean activate(HttpConnection connection, int current, int next) {
    String path = "/v1/admin/generations/" + next + ":activate";
    String body = "{\"expected_current\":" + current + "}";
    try {
      return connection.send(HttpConnection.request("POST", path, "application/json", body)) == 200;
    } catch (IOException e) {
      return false;
    }
  }

  int activations() {
    return activations.get();
  }

  int errors() {
    return errors.get();
  }

  @Override
  public void close() {
    thread.close();
  }
}
