package org.espalier.service.demo;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Posts a stream in batches, some in flight, so that memory does not grow with the stream. What is in flight together
 * may arrive in any order.
 */
final class BatchSender {

  private static final int BATCH = 1000;

  private final Api api;
  private final String path;
  private final Function<List<?>, Object> body;
  private final int inFlight;

  /**
   * @param body wraps a batch into what the route takes
   * @param inFlight how many batches may be on their way together
   */
  BatchSender(Api api, String path, Function<List<?>, Object> body, int inFlight) {
    this.api = api;
    this.path = path;
    this.body = body;
    this.inFlight = inFlight;
  }

  /**
   * Sends everything and returns once everything is acknowledged.
   *
   * @throws CommandException when the service refuses a batch or an element
   */
  void send(Iterator<?> elements, Progress progress) throws InterruptedException {
    Semaphore free = new Semaphore(inFlight);
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (elements.hasNext() && failure.get() == null) {
        List<Object> batch = new ArrayList<>(BATCH);
        while (elements.hasNext() && batch.size() < BATCH) {
          batch.add(elements.next());
        }
        free.acquire();
        threads.execute(() -> {
          try {
            post(batch);
            progress.step(batch.size());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
          } finally {
            free.release();
          }
        });
      }
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void post(List<Object> batch) throws InterruptedException {
    JsonNode answer = api.post(path, body.apply(batch));
    JsonNode rejected = answer.path("rejected");
    if (!rejected.isEmpty()) {
      JsonNode first = rejected.get(0);
      throw new CommandException(
          "POST %s rejected %d of %d, first %s: %s (%s)"
              .formatted(
                  path,
                  rejected.size(),
                  batch.size(),
                  batch.get(first.path("index").asInt()),
                  first.path("code").asString(),
                  first.path("detail").asString()));
    }
  }
}
