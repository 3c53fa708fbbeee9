package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.espalier.service.stream.Topics.Topic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one feed read: opens its topic when it is there, anew when it has changed, and tells how far behind it is. All
 * calls come from the stream's thread.
 */
final class FeedReader implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FeedReader.class);

  private final String topicName;
  private final Topics topics;
  private final Intake intake;
  private final Inlet.Parts parts;
  private final FeedStatus status;
  private final int concurrency;
  private @Nullable Opened opened;

  /** @param inlet null when all partitions are lost */
  private record Opened(Topic topic, @Nullable Inlet inlet) implements AutoCloseable {
    boolean runs() {
      return inlet == null || inlet.isRunning();
    }

    @Override
    public void close() {
      if (inlet != null) {
        inlet.close();
      }
    }
  }

  FeedReader(
      String topicName,
      Topics topics,
      Intake intake,
      Inlet.Parts parts,
      FeedStatus status,
      int concurrency) {
    this.topicName = topicName;
    this.topics = topics;
    this.intake = intake;
    this.parts = parts;
    this.status = status;
    this.concurrency = concurrency;
  }

  FeedStatus status() {
    return status;
  }

  String topicName() {
    return topicName;
  }

  /**
   * Looks at the topic and does what is needed.
   *
   * @throws org.apache.kafka.common.KafkaException when the brokers do not answer; what is being read goes on
   */
  void check() {
    Optional<Topic> found = topics.find(topicName);
    Optional<Topic> deadLetters = topics.find(Feed.deadLetters(topicName));
    if (found.isEmpty() || deadLetters.isEmpty()) {
      close();
      wait(
          "topic %s does not exist; create it, or set espalier.kafka.create-topics=true"
              .formatted(found.isEmpty() ? topicName : Feed.deadLetters(topicName)));
      return;
    }
    Topic topic = found.get();
    if (opened == null || !opened.runs() || !opened.topic().equals(topic)) {
      close();
      opened = open(topic);
    }
    status.lag(lag(topic));
  }

  /** Says why nothing is read; what is being read goes on, as a reader finds the brokers again by itself. */
  void unreachable(String why) {
    if (opened == null) {
      wait(why);
    }
  }

  private void wait(String why) {
    if (!status.state().detail().equals(why)) {
      log.warn("Waiting for {}: {}", topicName, why);
      status.become(new FeedState.Waiting(why));
    }
  }

  private Opened open(Topic topic) {
    Map<TopicPartition, Long> begins = topics.begins(topic.partitions());
    Map<TopicPartition, Long> ends = topics.ends(topic.partitions());
    Map<TopicPartition, Long> starts = new HashMap<>();
    List<String> lost = new ArrayList<>();
    for (TopicPartition partition : topic.partitions()) {
      Positions.Start start =
          parts
              .positions()
              .start(
                  partition,
                  topic.id(),
                  begins.getOrDefault(partition, 0L),
                  ends.getOrDefault(partition, 0L));
      switch (start) {
        case Positions.Start.At(long offset) -> starts.put(partition, offset);
        case Positions.Start.Lost(String why) -> lost.add(why);
      }
    }
    lost.forEach(why -> log.error("Not reading: {}", why));
    FeedState state = lost.isEmpty() ? new FeedState.Reading() : new FeedState.Lost(lost);
    if (starts.isEmpty()) {
      status.become(state);
      return new Opened(topic, null);
    }
    log.info("Reading {} from {}", topicName, starts);
    Inlet inlet = new Inlet(parts, intake, status, topic.id(), starts, state, concurrency);
    return new Opened(topic, inlet.start());
  }

  private long lag(Topic topic) {
    Uuid id = topic.id();
    long lag = 0;
    Map<TopicPartition, Long> ends = topics.ends(topic.partitions());
    Map<TopicPartition, Long> begins = topics.begins(topic.partitions());
    for (TopicPartition partition : topic.partitions()) {
      long next = parts.positions().next(partition, id).orElse(begins.getOrDefault(partition, 0L));
      lag += Math.max(0, ends.getOrDefault(partition, 0L) - next);
    }
    return lag;
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.close();
      opened = null;
    }
  }
}
