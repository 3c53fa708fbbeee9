package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.Spans.Running;
import org.espalier.service.stream.Intake.Outcome;
import org.espalier.service.stream.Intake.Stored;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.kafka.support.TopicPartitionOffset;

/**
 * Reads one topic, as it was when this was made: its id, its partitions, where each goes on.
 *
 * <p>Partitions are assigned by hand, all of them, and no group shares them out. The store holds the positions, so
 * whoever holds the store reads; two instances with a store each both need every record, and a process that was killed
 * goes on at once where it was. Positions are also committed to Kafka, for tools that show lag.
 *
 * <p>A poll's records of a partition and the partition's next offset go into one batch of the store. What can never be
 * stored goes to the dead letters, and only when these are acknowledged does the position move on. When the store or the
 * dead letters take nothing, the error handler pauses the consumer, waits, and brings the same poll again; what was
 * stored of it by then is left out.
 */
final class Inlet implements BatchMessageListener<byte[], byte[]>, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Inlet.class);

  private final Uuid topicId;
  private final Intake intake;
  private final Positions positions;
  private final DeadLetters deadLetters;
  private final Spans spans;
  private final FeedStatus status;
  private final String spanName;
  private final FeedState healthy;
  private final ConcurrentMessageListenerContainer<byte[], byte[]> container;

  /** What an inlet needs of its surroundings. */
  record Parts(
      ConsumerFactory<byte[], byte[]> consumers,
      Positions positions,
      DeadLetters deadLetters,
      StreamErrors errors,
      Spans spans) {}

  /**
   * @param starts where each partition goes on; not empty
   * @param healthy the state while reading
   */
  Inlet(
      Parts parts,
      Intake intake,
      FeedStatus status,
      Uuid topicId,
      Map<TopicPartition, Long> starts,
      FeedState healthy,
      int concurrency) {
    this.topicId = topicId;
    this.intake = intake;
    this.positions = parts.positions();
    this.deadLetters = parts.deadLetters();
    this.spans = parts.spans();
    this.status = status;
    this.spanName = "stream." + status.feed().label();
    this.healthy = healthy;
    ContainerProperties properties =
        new ContainerProperties(
            starts.entrySet().stream()
                .map(start ->
                    new TopicPartitionOffset(
                        start.getKey().topic(), start.getKey().partition(), start.getValue()))
                .toArray(TopicPartitionOffset[]::new));
    properties.setMessageListener(this);
    properties.setAckMode(AckMode.BATCH);
    properties.setSyncCommits(false);
    properties.setCommitCallback((_, failure) -> {
      if (failure != null) {
        log.debug("Kafka did not take the offsets; only tools that show lag see it", failure);
      }
    });
    properties.setAuthExceptionRetryInterval(StreamErrors.AUTH_RETRY);
    properties.setLogContainerConfig(false);
    this.container = new ConcurrentMessageListenerContainer<>(parts.consumers(), properties);
    container.setBeanName("espalier-" + status.feed().label());
    container.setConcurrency(Math.min(concurrency, starts.size()));
    container.setCommonErrorHandler(parts.errors());
  }

  Inlet start() {
    container.start();
    status.become(healthy);
    return this;
  }

  /** False once it was closed or has given up. */
  boolean isRunning() {
    return container.isRunning();
  }

  @Override
  public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
    throw new IllegalStateException("asks for whole polls");
  }

  @Override
  public boolean wantsPollResult() {
    return true;
  }

  @Override
  public void onMessage(
      ConsumerRecords<byte[], byte[]> records,
      @Nullable Acknowledgment acknowledgment,
      Consumer<byte[], byte[]> consumer) {
    try (Running span = spans.work(spanName)) {
      span.tag("records", records.count());
      store(records, span);
    } catch (RuntimeException e) {
      status.become(new FeedState.Paused(String.valueOf(e.getMessage())));
      throw e;
    }
    if (!status.state().equals(healthy)) {
      status.become(healthy);
    }
  }

  private record Waiting(Stored stored, long oldestMs) {}

  private void store(ConsumerRecords<byte[], byte[]> records, Running span) {
    List<Waiting> waiting = new ArrayList<>();
    RuntimeException failure = null;
    for (TopicPartition partition : records.partitions()) {
      try {
        Waiting submitted = submit(partition, records);
        if (submitted != null) {
          waiting.add(submitted);
        }
      } catch (RuntimeException e) {
        failure = e;
        break;
      }
    }
    try (var _ = span.part("stream.commit")) {
      // All of them: none may still be under way when the poll comes again.
      for (Waiting each : waiting) {
        try {
          Outcome outcome = each.stored.await();
          status.stored(outcome, each.oldestMs, System.currentTimeMillis());
        } catch (RuntimeException e) {
          failure = failure == null ? e : failure;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private @Nullable Waiting submit(
      TopicPartition partition, ConsumerRecords<byte[], byte[]> polled) {
    OptionalLong stored = positions.next(partition, topicId);
    long begin = stored.orElse(0);
    Intake.Batch batch = intake.begin();
    List<DeadLetters.Sent> letters = new ArrayList<>();
    long first = -1;
    long last = -1;
    long oldestMs = Long.MAX_VALUE;
    for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
      if (record.offset() < begin) {
        continue; // stored before this poll came again
      }
      first = first < 0 ? record.offset() : first;
      last = record.offset();
      oldestMs = Math.min(oldestMs, record.timestamp());
      try {
        take(batch, record);
      } catch (Rejection reason) {
        letters.add(deadLetters.send(record, reason));
      }
    }
    if (first < 0) {
      return null;
    }
    deadLetters.await(status.feed(), letters);
    Stored submitted =
        batch.submit(
            Positions.source(partition, topicId), first, next(polled, partition, last + 1));
    return new Waiting(submitted, oldestMs);
  }

  private static void take(Intake.Batch batch, ConsumerRecord<byte[], byte[]> record)
      throws Rejection {
    try {
      batch.add(record);
    } catch (RuntimeException e) { // a defect of ours must not hold up the partition for ever
      log.error("Cannot read {}-{}@{}", record.topic(), record.partition(), record.offset(), e);
      throw new Rejection(ProblemCode.INTERNAL_ERROR, "the service failed to read it: " + e);
    }
  }

  /** Beyond the last record where transactions left marks or aborted records behind it. */
  private static long next(ConsumerRecords<?, ?> polled, TopicPartition partition, long atLeast) {
    OffsetAndMetadata position = polled.nextOffsets().get(partition);
    return position == null ? atLeast : Math.max(atLeast, position.offset());
  }

  /** Returns once no thread of it runs. */
  @Override
  public void close() {
    CountDownLatch stopped = new CountDownLatch(1);
    container.stop(stopped::countDown);
    boolean interrupted = false;
    while (stopped.getCount() > 0) {
      try {
        stopped.await();
      } catch (InterruptedException e) {
        interrupted = true; // the store must not be closed under a running reader
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
