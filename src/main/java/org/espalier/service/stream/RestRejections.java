package org.espalier.service.stream;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.espalier.service.control.Caller;
import org.espalier.service.platform.RefusedElements;
import org.espalier.service.wire.RefusedElement;
import org.espalier.service.wire.Timestamps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Elements that REST has rejected become dead letters of the topic that they would have come by. No request waits for it or
 * fails by it: a bounded queue stands between, with a thread and a producer of its own behind it, and what finds no room or
 * is not taken by the brokers is dropped and counted. Who sent the request was told of every rejection.
 */
final class RestRejections implements RefusedElements, AutoCloseable {

  static final String DROPPED = "espalier.stream.rest.rejections.dropped";

  private static final Logger log = LoggerFactory.getLogger(RestRejections.class);
  private static final int LETTERS_MAX = 10_000;
  private static final long BYTES_MAX = 32L << 20;
  private static final long LOOK_MS = 100;
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final String topicPrefix;
  private final Timestamps timestamps;
  private final MeterRegistry meters;
  private final LinkedBlockingQueue<Letter> queue = new LinkedBlockingQueue<>(LETTERS_MAX);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Thread sender;
  private volatile boolean closed; // written by close

  /** A letter that waits. */
  private record Letter(Feed feed, RefusedElement element, String caller, long timeMs) {
    int bytes() {
      return element.content().length;
    }
  }

  /**
   * @param producer closed with this
   */
  RestRejections(
      Producer<byte[], byte[]> producer,
      String topicPrefix,
      Timestamps timestamps,
      MeterRegistry meters) {
    this.producer = producer;
    this.topicPrefix = topicPrefix;
    this.timestamps = timestamps;
    this.meters = meters;
    this.sender = Thread.ofPlatform().name("espalier-rejections").daemon().start(this::sendAll);
  }

  @Override
  public void take(Kind kind, List<RefusedElement> elements) {
    if (elements.isEmpty()) {
      return;
    }
    Feed feed =
        switch (kind) {
          case EVENT -> Feed.EVENTS;
          case ITEM -> Feed.ITEMS;
          case USER -> Feed.USERS;
          case TRIPLE -> Feed.TRIPLES;
        };
    String caller = Caller.name();
    long nowMs = timestamps.nowMs();
    for (RefusedElement element : elements) {
      if (element.content().length == 0) {
        drop(feed, "not_utf8");
      } else if (!enqueue(new Letter(feed, element, caller, nowMs))) {
        drop(feed, "queue_full");
      }
    }
  }

  private boolean enqueue(Letter letter) {
    long bytes = queuedBytes.addAndGet(letter.bytes());
    if (!closed && bytes <= BYTES_MAX && queue.offer(letter)) {
      return true;
    }
    queuedBytes.addAndGet(-letter.bytes());
    return false;
  }

  private void sendAll() {
    try {
      while (!closed || !queue.isEmpty()) {
        Letter letter = queue.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        if (letter != null) {
          queuedBytes.addAndGet(-letter.bytes());
          send(letter);
        }
      }
    } catch (InterruptedException e) {
      log.debug("What waits is dropped", e); // close counts it
    }
  }

  /** May block while the brokers are away; the queue fills meanwhile. */
  private void send(Letter letter) throws InterruptedException {
    try {
      var _ =
          producer.send(
              record(letter),
              (_, refused) -> {
                if (refused == null) {
                  DeadLetters.counter(
                          meters,
                          letter.feed(),
                          letter.element().reason().code(),
                          DeadLetters.FROM_REST)
                      .increment();
                } else {
                  drop(letter.feed(), "not_taken");
                }
              });
    } catch (InterruptException e) {
      drop(letter.feed(), "not_taken");
      Thread.interrupted(); // it has set the flag; whoever interrupts wants the end
      throw new InterruptedException(e.getMessage());
    } catch (KafkaException e) {
      drop(letter.feed(), "not_taken");
    }
  }

  private ProducerRecord<byte[], byte[]> record(Letter letter) {
    RefusedElement element = letter.element();
    Headers headers = new RecordHeaders();
    DeadLetters.put(headers, DeadLetters.ORIGIN, DeadLetters.FROM_REST);
    DeadLetters.put(headers, DeadLetters.CALLER, letter.caller());
    DeadLetters.put(headers, DeadLetters.TIMESTAMP, Long.toString(letter.timeMs()));
    DeadLetters.putReason(headers, element.reason());
    if (element.length() > element.content().length) {
      DeadLetters.put(headers, DeadLetters.CUT, Long.toString(element.length()));
    }
    String topic = Feed.deadLetters(letter.feed().topic(topicPrefix));
    return new ProducerRecord<>(topic, null, (byte[]) null, element.content(), headers);
  }

  private void drop(Feed feed, String cause) {
    meters.counter(DROPPED, "feed", feed.label(), "cause", cause).increment();
  }

  /** Sends what waits for a few seconds more, and drops the rest. */
  @Override
  public void close() {
    closed = true;
    try {
      if (!sender.join(CLOSE_MAX)) {
        sender.interrupt();
        sender.join();
      }
    } catch (InterruptedException e) {
      sender.interrupt();
      Thread.currentThread().interrupt();
    }
    for (Letter left = queue.poll(); left != null; left = queue.poll()) {
      drop(left.feed(), "closed");
    }
    producer.close(CLOSE_MAX);
  }
}
