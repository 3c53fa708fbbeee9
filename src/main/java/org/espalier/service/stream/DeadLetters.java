package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * Sends records that can never be stored to their topic's dead letters, with where they came from and why. The value is
 * kept as it was, so that a record can be sent again after the cause is gone; one that the brokers find too large with
 * its headers is cut, and says so.
 */
final class DeadLetters implements AutoCloseable {

  static final String ORIGIN = "espalier-origin";
  static final String FROM_KAFKA = "kafka";
  static final String FROM_REST = "rest";
  static final String CALLER = "espalier-origin-caller";
  static final String TOPIC = "espalier-origin-topic";
  static final String PARTITION = "espalier-origin-partition";
  static final String OFFSET = "espalier-origin-offset";
  static final String TIMESTAMP = "espalier-origin-timestamp";
  static final String CODE = "espalier-reason-code";
  static final String REASON = "espalier-reason";
  static final String CUT = "espalier-value-cut";

  /** Of the codes that a record is refused with, but for faults of ours. */
  static final int STATUS = 400;

  private static final int CUT_BYTES = 256 << 10;
  private static final int REASON_CHARS_MAX = 1000;

  private final Producer<byte[], byte[]> producer;
  private final MeterRegistry meters;

  /**
   * @param producer closed with this
   */
  DeadLetters(Producer<byte[], byte[]> producer, MeterRegistry meters) {
    this.producer = producer;
    this.meters = meters;
  }

  /** A dead letter on its way. */
  final class Sent {
    private final ConsumerRecord<byte[], byte[]> record;
    private final Rejection reason;
    private final Future<RecordMetadata> acknowledged;

    private Sent(ConsumerRecord<byte[], byte[]> record, Rejection reason) {
      this.record = record;
      this.reason = reason;
      this.acknowledged = producer.send(letter(record, reason, record.value(), false));
    }

    private void await() throws InterruptedException {
      try {
        acknowledged.get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RecordTooLargeException)) {
          throw new KafkaException("the dead letter was not taken: " + e.getCause(), e.getCause());
        }
        byte[] cut = Arrays.copyOf(record.value(), Math.min(CUT_BYTES, record.value().length));
        try {
          producer.send(letter(record, reason, cut, true)).get();
        } catch (ExecutionException again) {
          throw new KafkaException("the dead letter was not taken: " + again, again);
        }
      }
    }
  }

  Sent send(ConsumerRecord<byte[], byte[]> record, Rejection reason) {
    return new Sent(record, reason);
  }

  /**
   * Waits until the brokers have all of them; the position may move on after it.
   *
   * @throws KafkaException when they do not take one
   */
  void await(Feed feed, List<Sent> letters) {
    try {
      for (Sent letter : letters) {
        letter.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("stopped while a dead letter was sent", e);
    }
    for (Sent letter : letters) {
      counter(meters, feed, letter.reason.code(), FROM_KAFKA).increment();
    }
  }

  /** All labels are of closed lists. */
  static Counter counter(MeterRegistry meters, Feed feed, ProblemCode code, String origin) {
    return meters.counter(
        "espalier.stream.dead.letters",
        "feed",
        feed.label(),
        "code",
        code.code(),
        "origin",
        origin);
  }

  /** When a record first came: its own time, or that of the letter that was replayed to it. */
  static long originMs(ConsumerRecord<byte[], byte[]> record) {
    Header first = record.headers().lastHeader(TIMESTAMP);
    if (first != null && first.value() != null) {
      try {
        return Long.parseLong(new String(first.value(), UTF_8));
      } catch (NumberFormatException e) {
        return record.timestamp(); // somebody else's header
      }
    }
    return record.timestamp();
  }

  private static ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> record,
      Rejection reason,
      byte @Nullable [] value,
      boolean cut) {
    Headers headers = new RecordHeaders(record.headers().toArray());
    put(headers, ORIGIN, FROM_KAFKA);
    put(headers, TOPIC, record.topic());
    put(headers, PARTITION, Integer.toString(record.partition()));
    put(headers, OFFSET, Long.toString(record.offset()));
    put(headers, TIMESTAMP, Long.toString(originMs(record)));
    putReason(headers, reason);
    if (cut) {
      put(headers, CUT, Integer.toString(record.value().length));
    }
    return new ProducerRecord<>(
        Feed.deadLetters(record.topic()), null, record.key(), value, headers);
  }

  /** Replaces, as a record that was replayed and failed again has these already. */
  static void put(Headers headers, String name, String text) {
    headers.remove(name).add(name, text.getBytes(UTF_8));
  }

  static void putReason(Headers headers, Rejection reason) {
    put(headers, CODE, reason.code().code());
    String detail = reason.detail();
    put(headers, REASON, detail.substring(0, Math.min(REASON_CHARS_MAX, detail.length())));
  }

  @Override
  public void close() {
    producer.close();
  }
}
