package org.espalier.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Events over REST: each sender posts one batch after the other. */
final class RestLoad implements EventLoad {

  private static final int DIFFERENT = 64; // bodies, made once

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI events;
  private final @Nullable String key;
  private final int batch;
  private final int senders;
  private final List<String> bodies = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();

  RestLoad(String port, @Nullable String key, int batch, int senders) {
    this.key = key;
    this.events = URI.create("http://127.0.0.1:" + port + "/v1/events");
    this.batch = batch;
    this.senders = senders;
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DIFFERENT; i++) {
      StringBuilder body = new StringBuilder();
      for (int e = 0; e < batch; e++) {
        body.append(EventLoad.event(random)).append('\n');
      }
      bodies.add(body.toString());
    }
  }

  @Override
  public void run(double seconds) throws InterruptedException {
    long endNs = System.nanoTime() + (long) (seconds * 1e9);
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(senders)) {
      for (int sender = 0; sender < senders; sender++) {
        int first = sender;
        running.add(
            threads.submit(() -> {
              for (int i = first; System.nanoTime() < endNs; i++) {
                post(bodies.get(i % DIFFERENT));
              }
              return null;
            }));
      }
    }
    for (Future<?> sender : running) {
      try {
        sender.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a request failed: " + e.getCause(), e);
      }
    }
  }

  private void post(String body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(events)
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new IOException("the service answered " + answer.statusCode() + ": " + answer.body());
    }
    acknowledged.addAndGet(batch);
  }

  @Override
  public long acknowledged() {
    return acknowledged.get();
  }

  @Override
  public void close() {
    http.close();
  }
}
