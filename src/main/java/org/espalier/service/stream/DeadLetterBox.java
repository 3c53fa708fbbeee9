package org.espalier.service.stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Reads dead letters, and sends them to their topic again. How far they were replayed is a group's offset in Kafka, beside
 * the letters themselves. A replay that is cut short may send some letters twice.
 */
final class DeadLetterBox {

  private static final Duration READ_MAX = Duration.ofSeconds(30);
  private static final Duration REMOVE_MAX = Duration.ofMinutes(10);
  private static final String GROUP_SUFFIX = "-replay";

  private final Clients clients;
  private final String topicPrefix;

  DeadLetterBox(Clients clients, String topicPrefix) {
    this.clients = clients;
    this.topicPrefix = topicPrefix;
  }

  /** A part of a list; letters come by partition and offset. */
  @Schema(name = "DeadLetterPage")
  record Page(List<DeadLetter> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}

  /**
   * What a replay did.
   *
   * @param replayed letters that were sent again
   * @param skipped letters that hold only a part of their record, so that it cannot be sent again
   * @param remaining letters of the beginning that wait for the next replay
   */
  @Schema(name = "Replay")
  record Replay(int replayed, int skipped, long remaining) {}

  /** Letters of a feed, from a cursor on. */
  Page page(Feed feed, @Nullable String cursor, int limit) {
    DeadLetterCursor from =
        cursor == null ? DeadLetterCursor.START : DeadLetterCursor.parse(cursor);
    try (Consumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions = partitions(consumer, feed);
      Map<TopicPartition, Long> starts = new TreeMap<>(DeadLetterCursor.ORDER);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      partitions.stream()
          .filter(partition -> partition.partition() >= from.partition())
          .forEach(partition ->
              starts.put(
                  partition,
                  partition.partition() == from.partition()
                      ? Math.max(from.offset(), begins.getOrDefault(partition, 0L))
                      : begins.getOrDefault(partition, 0L)));
      Map<TopicPartition, Long> replayed = replayed(consumer, partitions);
      List<ConsumerRecord<byte[], byte[]>> found = read(consumer, starts, limit + 1);
      List<DeadLetter> items =
          found.stream()
              .limit(limit)
              .map(letter ->
                  DeadLetter.of(
                      letter,
                      letter.offset()
                          < replayed.getOrDefault(
                              new TopicPartition(letter.topic(), letter.partition()), 0L)))
              .toList();
      return new Page(
          items, found.size() > limit ? DeadLetterCursor.at(found.get(limit)).text() : null);
    } catch (KafkaException e) {
      throw unavailable(e);
    }
  }

  /** Sends the letters that were not replayed yet to their topic again, oldest first in each partition. */
  synchronized Replay replay(Feed feed, int limit) {
    try (Consumer<byte[], byte[]> consumer = consumer();
        Producer<byte[], byte[]> producer = clients.newProducer()) {
      List<TopicPartition> partitions = partitions(consumer, feed);
      Map<TopicPartition, Long> starts = new TreeMap<>(DeadLetterCursor.ORDER);
      starts.putAll(replayed(consumer, partitions));
      // Of now: what fails again becomes a letter while this runs, and waits for another replay.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<Future<?>> sent = new ArrayList<>();
      Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
      int skipped = 0;
      for (ConsumerRecord<byte[], byte[]> letter : read(consumer, starts, limit)) {
        if (letter.headers().lastHeader(DeadLetters.CUT) != null) {
          skipped++;
        } else {
          sent.add(
              producer.send(
                  new ProducerRecord<>(
                      feed.topic(topicPrefix),
                      null,
                      letter.key(),
                      letter.value(),
                      letter.headers())));
        }
        done.put(
            new TopicPartition(letter.topic(), letter.partition()),
            new OffsetAndMetadata(letter.offset() + 1));
      }
      for (Future<?> each : sent) {
        each.get();
      }
      if (!done.isEmpty()) {
        consumer.commitSync(done);
      }
      long remaining = 0;
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata now = done.get(partition);
        long next = now == null ? starts.getOrDefault(partition, 0L) : now.offset();
        remaining += Math.max(0, ends.getOrDefault(partition, 0L) - next);
      }
      return new Replay(sent.size(), skipped, remaining);
    } catch (KafkaException e) {
      throw unavailable(e);
    } catch (ExecutionException e) {
      throw unavailable(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    }
  }

  /**
   * What became of letters that were to be removed.
   *
   * @param deleted letters that are gone
   * @param left letters that Kafka cannot delete yet
   */
  record Removed(long deleted, long left) {}

  /**
   * Removes letters as far as Kafka can: a partition's beginning, up to the last unwanted letter that only replayed ones
   * come before.
   *
   * @throws ProblemException UNAVAILABLE when the brokers do not answer, or there is too much to read
   */
  synchronized Removed remove(
      Feed feed, Predicate<ConsumerRecord<byte[], byte[]>> unwanted, BooleanSupplier cancelled) {
    long deleted = 0;
    long left = 0;
    Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = consumer();
        Admin admin = clients.newAdmin()) {
      List<TopicPartition> partitions = partitions(consumer, feed);
      Map<TopicPartition, Long> replayed = replayed(consumer, partitions);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadlineNs = System.nanoTime() + REMOVE_MAX.toNanos();
      for (TopicPartition partition : partitions) {
        long end = ends.getOrDefault(partition, 0L);
        long replayedTo = replayed.getOrDefault(partition, 0L);
        consumer.assign(List.of(partition));
        consumer.seek(partition, begins.getOrDefault(partition, 0L));
        while (consumer.position(partition) < end && !cancelled.getAsBoolean()) {
          if (System.nanoTime() > deadlineNs) {
            throw new KafkaException(
                "reading dead letters took more than %d s".formatted(REMOVE_MAX.toSeconds()));
          }
          for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(500))) {
            if (letter.offset() < end && unwanted.test(letter)) {
              if (letter.offset() < replayedTo) {
                deleted++;
                deletions.put(partition, RecordsToDelete.beforeOffset(letter.offset() + 1));
              } else {
                left++;
              }
            }
          }
        }
      }
      if (!cancelled.getAsBoolean() && !deletions.isEmpty()) {
        admin.deleteRecords(deletions).all().get(READ_MAX.toSeconds(), TimeUnit.SECONDS);
      }
      return new Removed(deleted, left);
    } catch (KafkaException e) {
      throw unavailable(e);
    } catch (ExecutionException e) {
      throw unavailable(e.getCause());
    } catch (TimeoutException e) {
      throw unavailable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    }
  }

  private Consumer<byte[], byte[]> consumer() {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.GROUP_ID_CONFIG, clients.group() + GROUP_SUFFIX);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) READ_MAX.toMillis());
    return clients.newConsumer(config);
  }

  private List<TopicPartition> partitions(Consumer<?, ?> consumer, Feed feed) {
    String topic = Feed.deadLetters(feed.topic(topicPrefix));
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  /** The first offset of each partition that was not replayed. */
  private static Map<TopicPartition, Long> replayed(
      Consumer<?, ?> consumer, List<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> replayed = new HashMap<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata known = committed.get(partition);
      long begin = begins.getOrDefault(partition, 0L);
      replayed.put(partition, known == null ? begin : Math.max(begin, known.offset()));
    }
    return replayed;
  }

  /** At most {@code limit} records, partition after partition, up to the ends of now. */
  private static List<ConsumerRecord<byte[], byte[]>> read(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> starts, int limit) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    Map<TopicPartition, Long> ends = consumer.endOffsets(starts.keySet());
    long deadlineNs = System.nanoTime() + READ_MAX.toNanos();
    for (Map.Entry<TopicPartition, Long> start : starts.entrySet()) {
      TopicPartition partition = start.getKey();
      long end = ends.getOrDefault(partition, 0L);
      consumer.assign(List.of(partition));
      consumer.seek(partition, start.getValue());
      while (found.size() < limit && consumer.position(partition) < end) {
        if (System.nanoTime() > deadlineNs) {
          throw new KafkaException(
              "reading took more than %d s; ask for fewer".formatted(READ_MAX.toSeconds()));
        }
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(500))) {
          if (found.size() < limit && letter.offset() < end) {
            found.add(letter);
          }
        }
      }
    }
    return found;
  }

  private static ProblemException unavailable(@Nullable Throwable e) {
    return new ProblemException(
        ProblemCode.UNAVAILABLE, "Kafka does not answer: " + (e == null ? "" : e.getMessage()));
  }
}
