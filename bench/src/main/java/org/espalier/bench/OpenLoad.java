package org.espalier.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Requests at fixed times, whatever is answered: an open loop. A request's time runs from the moment at which it was due,
 * not from when a connection was free to send it, so that a stall is counted for all that it holds up (Tene, How not to
 * measure latency, 2013).
 */
final class OpenLoad {

  private static final long LONGEST_NS = 120_000_000_000L;

  private final int port;
  private final List<byte[]> requests;
  private final int connections;

  OpenLoad(int port, List<byte[]> requests, int connections) {
    this.port = port;
    this.requests = requests;
    this.connections = connections;
  }

  /**
   * What came of it.
   *
   * @param latencies in nanoseconds, of all requests, those that failed among them
   * @param errors requests that failed or were not answered with 200
   * @param seconds from the first due time to the last answer
   */
  record Result(Histogram latencies, long errors, double seconds) {}

  /** Sends {@code rate * seconds} requests. */
  Result run(double rate, double seconds) throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(LONGEST_NS, 3);
    AtomicLong next = new AtomicLong();
    AtomicLong errors = new AtomicLong();
    long count = Math.max(1, (long) (rate * seconds));
    double intervalNs = 1e9 / rate;
    long startNs = System.nanoTime() + 10_000_000;
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      for (int c = 0; c < connections; c++) {
        running.add(
            threads.submit(() -> {
              try (HttpConnection connection = new HttpConnection(port)) {
                for (long i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                  long dueNs = startNs + (long) (i * intervalNs);
                  await(dueNs);
                  if (!send(connection, requests.get((int) (i % requests.size())))) {
                    errors.incrementAndGet();
                  }
                  latencies.recordValue(Math.min(LONGEST_NS, System.nanoTime() - dueNs));
                }
              }
            }));
      }
    }
    for (Future<?> sender : running) {
      try {
        sender.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the load failed: " + e.getCause(), e);
      }
    }
    return new Result(latencies, errors.get(), (System.nanoTime() - startNs) * 1e-9);
  }

  private static boolean send(HttpConnection connection, byte[] request) {
    try {
      return connection.send(request) == 200;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  static void await(long dueNs) {
    for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
