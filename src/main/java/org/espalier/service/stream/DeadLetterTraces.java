package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.service.platform.UserTraces;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user's dead letters. Kafka deletes the beginning of a partition and nothing else, so those are deleted that only
 * replayed letters come before; the topics themselves hold a user's records until their retention ends.
 */
final class DeadLetterTraces implements UserTraces {

  private static final List<Feed> WITH_USERS = List.of(Feed.EVENTS, Feed.USERS);

  private final DeadLetterBox box;
  private final String topicPrefix;

  DeadLetterTraces(DeadLetterBox box, String topicPrefix) {
    this.box = box;
    this.topicPrefix = topicPrefix;
  }

  @Override
  public List<Trace> remove(String userId, BooleanSupplier cancelled) {
    Letter letter = new Letter(userId);
    List<Trace> traces = new ArrayList<>();
    for (Feed feed : WITH_USERS) {
      String topic = feed.topic(topicPrefix);
      DeadLetterBox.Removed removed = box.remove(feed, letter::isOfUser, cancelled);
      if (removed.deleted() + removed.left() > 0) {
        traces.add(
            new Trace(
                "dead letters of " + topic,
                removed.deleted(),
                removed.left(),
                removed.left() == 0
                    ? ""
                    : "they go when the retention of %s ends; until then a replay brings the user back"
                        .formatted(Feed.deadLetters(topic))));
      }
      traces.add(
          new Trace(
              "topic " + topic,
              0,
              0,
              "records of the user stay until the topic's retention ends; they are not read again"));
    }
    return traces;
  }

  /** Tells whose a letter is: its key is the user, or its value names the user, as JSON does. */
  private static final class Letter {
    private final byte[] key;
    private final byte[] quoted;

    Letter(String userId) {
      this.key = userId.getBytes(UTF_8);
      this.quoted = JsonMapper.shared().writeValueAsBytes(userId);
    }

    boolean isOfUser(ConsumerRecord<byte[], byte[]> letter) {
      return Arrays.equals(key, letter.key())
          || (letter.value() != null && contains(letter.value()));
    }

    private boolean contains(byte[] value) {
      for (int at = 0; at + quoted.length <= value.length; at++) {
        if (Arrays.equals(value, at, at + quoted.length, quoted, 0, quoted.length)) {
          return true;
        }
      }
      return false;
    }
  }
}
