package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.service.platform.RefusedElements.Kind;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.RefusedElement;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What becomes of rejected elements when the brokers are well, and when they are not. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RestRejectionsTest {

  private final Rejection reason = new Rejection(ProblemCode.INVALID_ID, "user_id is empty");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void letters_name_their_origin_and_reason_and_say_when_they_are_cut() {
    MockProducer<byte[], byte[]> producer = producer(true);
    try (RestRejections rejections = rejections(producer)) {
      rejections.take(Kind.EVENT, List.of(element("{}", 2), element("begins", 400_000)));
      rejections.take(Kind.TRIPLE, List.of(new RefusedElement(new byte[0], 0, reason)));
      Rig.await("both letters", () -> producer.history().size() == 2);
    }
    ProducerRecord<byte[], byte[]> whole = producer.history().getFirst();
    assertThat(whole.topic()).isEqualTo("shop.events.v1-dlt");
    assertThat(whole.key()).isNull();
    assertThat(whole.value()).isEqualTo("{}".getBytes(UTF_8));
    assertThat(header(whole, DeadLetters.ORIGIN)).isEqualTo("rest");
    assertThat(header(whole, DeadLetters.CALLER)).isEqualTo("service");
    assertThat(header(whole, DeadLetters.CODE)).isEqualTo("invalid_id");
    assertThat(header(whole, DeadLetters.REASON)).isEqualTo("user_id is empty");
    assertThat(Long.parseLong(header(whole, DeadLetters.TIMESTAMP))).isPositive();
    assertThat(whole.headers().lastHeader(DeadLetters.CUT)).isNull();
    assertThat(header(producer.history().get(1), DeadLetters.CUT)).isEqualTo("400000");
    assertThat(dropped("not_utf8")).isEqualTo(1);
    assertThat(meters.get("espalier.stream.dead.letters").tag("origin", "rest").counter().count())
        .isEqualTo(2);
  }

  @Test
  void brokers_that_do_not_answer_hold_up_nobody_and_what_finds_no_room_is_counted() {
    StuckProducer producer = new StuckProducer();
    int small = 10_500;
    try (RestRejections rejections = rejections(producer)) {
      rejections.take(Kind.EVENT, Collections.nCopies(small, element("{}", 2)));
      // One is with the producer, or about to be; ten thousand wait.
      assertThat(dropped("queue_full")).isBetween(499.0, 500.0);
      producer.open.countDown();
      Rig.await("what waited", () -> producer.history().size() + dropped("queue_full") == small);
    }
    StuckProducer another = new StuckProducer();
    RestRejections rejections = rejections(another);
    double before = dropped("queue_full");
    RefusedElement large = new RefusedElement(new byte[256 << 10], 256 << 10, reason);
    rejections.take(Kind.EVENT, Collections.nCopies(200, large));
    assertThat(dropped("queue_full") - before).as("32 MB wait").isBetween(71.0, 72.0);
    rejections.close();
    assertThat(dropped("closed") + dropped("not_taken")).isBetween(128.0, 129.0);
    assertThat(another.closed()).isTrue();
  }

  @Test
  void what_the_brokers_refuse_is_counted() {
    MockProducer<byte[], byte[]> producer = producer(false);
    try (RestRejections rejections = rejections(producer)) {
      rejections.take(Kind.ITEM, List.of(element("{}", 2)));
      Rig.await("a refusal", () -> producer.errorNext(new TimeoutException("nobody there")));
      assertThat(dropped("not_taken")).isEqualTo(1);
    }
  }

  private RestRejections rejections(MockProducer<byte[], byte[]> producer) {
    return new RestRejections(
        producer, "shop", new Timestamps(Clock.systemUTC(), Duration.ofDays(1)), meters);
  }

  private double dropped(String cause) {
    return meters.find(RestRejections.DROPPED).tag("cause", cause).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private RefusedElement element(String content, long length) {
    return new RefusedElement(content.getBytes(UTF_8), length, reason);
  }

  private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }

  private static MockProducer<byte[], byte[]> producer(boolean answers) {
    return new MockProducer<>(answers, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Waits for brokers, as the real one does for its metadata. */
  private static final class StuckProducer extends MockProducer<byte[], byte[]> {
    private final CountDownLatch open = new CountDownLatch(1);

    StuckProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // others ask it while it waits
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
      return super.send(record, callback);
    }
  }
}
