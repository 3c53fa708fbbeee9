package org.espalier.service.stream;

import java.time.Duration;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Reading from Kafka. Where the brokers are, TLS, SASL and fetch sizes are Spring's own settings,
 * {@code spring.kafka.*}; docs/kafka.md explains both.
 *
 * @param enabled whether topics are read
 * @param topicPrefix topics are this and {@code .events.v1}, {@code .items.v1}, {@code .users.v1}, {@code .triples.v1},
 *     each with its dead letters in {@code <topic>-dlt}
 * @param createTopics whether missing topics are made; otherwise they are waited for, and health says so
 * @param partitions partitions of a topic that is made
 * @param replicationFactor replicas of a topic that is made; -1 leaves it to the brokers
 * @param concurrency threads that read events; the other topics have one each
 * @param onLostOffset what happens when the stored position is not in the topic any more, because records expired before
 *     they were read or the topic was made anew: {@code stop} leaves the partition alone until somebody decides,
 *     {@code earliest} goes on with the oldest record there is
 * @param restRejections whether elements that batch routes reject go to the dead letters of the topic that they would have
 *     come by
 * @param checkInterval how often topics are looked at, for new partitions, for lag and after failures; 100ms to 1h
 * @param retryMax longest wait between two tries while the store takes nothing, 100ms to 1m
 */
@ConfigurationProperties("espalier.kafka")
record StreamProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("espalier") String topicPrefix,
    @DefaultValue("false") boolean createTopics,
    @DefaultValue("4") int partitions,
    @DefaultValue("-1") short replicationFactor,
    @DefaultValue("2") int concurrency,
    @DefaultValue("stop") OnLostOffset onLostOffset,
    @DefaultValue("false") boolean restRejections,
    @DefaultValue("5s") Duration checkInterval,
    @DefaultValue("5s") Duration retryMax) {

  /** What happens when the stored position is not in the topic any more. */
  enum OnLostOffset {
    STOP,
    EARLIEST
  }

  StreamProperties {
    Bounds.check("espalier.kafka.partitions", partitions, 1, 10_000);
    Bounds.check("espalier.kafka.replication-factor", replicationFactor, -1, 100);
    Bounds.check("espalier.kafka.concurrency", concurrency, 1, 64);
    require("check-interval", checkInterval, Duration.ofHours(1));
    require("retry-max", retryMax, Duration.ofMinutes(1));
    if (restRejections && !enabled) {
      throw new IllegalArgumentException(
          "espalier.kafka.rest-rejections=true needs espalier.kafka.enabled=true, which reads and replays dead letters");
    }
    if (!topicPrefix.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "espalier.kafka.topic-prefix=%s must be 1 to 200 letters, digits, \".\", \"_\" or \"-\""
              .formatted(topicPrefix));
    }
    if (replicationFactor == 0) {
      throw new IllegalArgumentException(
          "espalier.kafka.replication-factor=0 must be -1 or 1 to 100");
    }
  }

  private static void require(String key, Duration value, Duration max) {
    if (value.toMillis() < 100 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "espalier.kafka.%s=%s must be between 100ms and %s".formatted(key, value, max));
    }
  }
}
