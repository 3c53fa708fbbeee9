package org.espalier.service.stream;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.espalier.embeddings.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Reads all feeds while the service runs: begun after everything else, and ended first. Brokers and topics that are not
 * there are waited for; the service serves meanwhile.
 */
final class Stream implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Stream.class);

  private final List<FeedReader> readers;
  private final Duration checkInterval;
  private @Nullable Run run; // guarded by this

  Stream(List<FeedReader> readers, Duration checkInterval) {
    this.readers = List.copyOf(readers);
    this.checkInterval = checkInterval;
  }

  private record Run(ExecutorService thread, CountDownLatch stop) {}

  /** What each feed is doing. */
  List<FeedStatus> statuses() {
    return readers.stream().map(FeedReader::status).toList();
  }

  @Override
  public synchronized void start() {
    if (run == null) {
      CountDownLatch stop = new CountDownLatch(1);
      ExecutorService thread =
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().name("espalier-stream").daemon().factory());
      thread.execute(() -> read(stop));
      run = new Run(thread, stop);
    }
  }

  @Override
  public synchronized void stop() {
    if (run != null) {
      run.stop().countDown();
      var _ = run.thread().shutdownNow(); // it may be waiting for an answer of the brokers
      boolean interrupted = false;
      while (!run.thread().isTerminated()) {
        try {
          var _ = run.thread().awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
          interrupted = true; // the store must not be closed under a running reader
        }
      }
      run = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return run != null;
  }

  private void read(CountDownLatch stop) {
    try {
      do {
        readers.forEach(reader -> check(reader, stop));
      } while (!stop.await(checkInterval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.debug("Reading stops", e);
    } finally {
      readers.forEach(FeedReader::close);
    }
  }

  private static void check(FeedReader reader, CountDownLatch stop) {
    if (stop.getCount() == 0) {
      return;
    }
    try {
      reader.check();
    } catch (KafkaException e) {
      if (stop.getCount() > 0) {
        reader.unreachable("Kafka does not answer: " + e.getMessage());
      }
    } catch (StoreException e) {
      reader.unreachable("the store does not answer: " + e.getMessage());
    } catch (RuntimeException e) {
      log.error("Cannot read {}; it is tried again", reader.topicName(), e);
      reader.unreachable("failed: " + e);
    }
  }
}
