package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks the brokers about topics. */
final class Topics implements AutoCloseable {

  private static final long ANSWER_SECONDS_MAX = 30;

  private final Admin admin;
  private final StreamProperties properties;

  /**
   * @param admin closed with this
   */
  Topics(Admin admin, StreamProperties properties) {
    this.admin = admin;
    this.properties = properties;
  }

  /** A topic that is there. */
  record Topic(Uuid id, List<TopicPartition> partitions) {}

  /**
   * A topic; empty when there is none and none is to be made.
   *
   * @throws KafkaException when the brokers do not answer, or refuse
   */
  Optional<Topic> find(String name) {
    Optional<Topic> found = describe(name);
    if (found.isPresent() || !properties.createTopics()) {
      return found;
    }
    create(name);
    return describe(name);
  }

  /** The oldest offset that each partition holds. */
  Map<TopicPartition, Long> begins(Collection<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.earliest());
  }

  /** The offset that each partition's next record will have. */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.latest());
  }

  private Optional<Topic> describe(String name) {
    try {
      var topic = answer(admin.describeTopics(List.of(name)).allTopicNames()).get(name);
      if (topic == null) {
        return Optional.empty();
      }
      List<TopicPartition> partitions = new ArrayList<>();
      topic.partitions().forEach(p -> partitions.add(new TopicPartition(name, p.partition())));
      return Optional.of(new Topic(topic.topicId(), partitions));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  private void create(String name) {
    Optional<Short> replicas =
        properties.replicationFactor() < 0
            ? Optional.empty()
            : Optional.of(properties.replicationFactor());
    NewTopic topic = new NewTopic(name, Optional.of(properties.partitions()), replicas);
    try {
      answer(admin.createTopics(List.of(topic)).all());
    } catch (TopicExistsException e) {
      return; // another instance was faster
    }
  }

  private Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> question = new HashMap<>();
    partitions.forEach(partition -> question.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    answer(admin.listOffsets(question).all())
        .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  private static <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known
          ? known
          : new KafkaException(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new KafkaException(
          "the brokers did not answer in %d seconds".formatted(ANSWER_SECONDS_MAX), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("stopped while the brokers were asked", e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
