package org.espalier.service.stream;

import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.espalier.embeddings.store.Store;
import org.espalier.service.stream.StreamProperties.OnLostOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the partitions were read, as the store knows it. A source is named
 * {@code kafka/<topic>/<partition>/<topic id>}: a topic that was deleted and made again has another id, so its records are
 * never taken for those of the one before, however far its offsets have got.
 */
final class Positions {

  private static final Logger log = LoggerFactory.getLogger(Positions.class);

  private final Store store;
  private final OnLostOffset onLostOffset;

  Positions(Store store, OnLostOffset onLostOffset) {
    this.store = store;
    this.onLostOffset = onLostOffset;
  }

  /** Where to go on with a partition. */
  sealed interface Start {

    record At(long offset) implements Start {}

    /**
     * Not without a decision.
     *
     * @param why one line for people
     */
    record Lost(String why) implements Start {}
  }

  static String source(TopicPartition partition, Uuid topicId) {
    return prefix(partition) + topicId;
  }

  private static String prefix(TopicPartition partition) {
    return "kafka/%s/%d/".formatted(partition.topic(), partition.partition());
  }

  /** The first offset that was not read yet; empty when nothing was. */
  OptionalLong next(TopicPartition partition, Uuid topicId) {
    return store.offsets().next(source(partition, topicId));
  }

  /**
   * Where to go on.
   *
   * @param begin the oldest offset that the partition holds
   * @param end the offset that its next record will have
   */
  Start start(TopicPartition partition, Uuid topicId, long begin, long end) {
    Map<String, Long> known = store.offsets().sources(prefix(partition));
    String own = source(partition, topicId);
    Long stored = known.remove(own);
    if (!known.isEmpty()) {
      return lost(
          partition,
          begin,
          Map.copyOf(known),
          "%s was made anew; of the one before, offsets up to %d were read"
              .formatted(partition.topic(), known.values().iterator().next()));
    }
    if (stored == null) {
      return new Start.At(begin);
    }
    if (stored < begin) {
      return lost(
          partition,
          begin,
          Map.of(),
          "%s lost offsets %d to %d before they were read".formatted(partition, stored, begin - 1));
    }
    if (stored > end) {
      return lost(
          partition,
          begin,
          Map.of(own, stored),
          "%s ends at %d, but was read up to %d: it was cut".formatted(partition, end, stored));
    }
    return new Start.At(stored);
  }

  private Start lost(TopicPartition partition, long begin, Map<String, Long> forget, String what) {
    switch (onLostOffset) {
      case STOP -> {
        return new Start.Lost(
            what
                + "; espalier.kafka.on-lost-offset=earliest goes on with the oldest record there is");
      }
      case EARLIEST -> {
        log.warn("{}; reading on from offset {} of {}", what, begin, partition);
        forget.keySet().forEach(store::forgetSource);
        return new Start.At(begin);
      }
    }
    throw new IllegalStateException("unknown choice " + onLostOffset);
  }
}
