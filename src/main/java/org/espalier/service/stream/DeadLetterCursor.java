package org.espalier.service.stream;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/** Where a list of dead letters goes on. */
record DeadLetterCursor(int partition, long offset) {

  static final DeadLetterCursor START = new DeadLetterCursor(0, 0);

  /** Of a list's partitions. */
  static final Comparator<TopicPartition> ORDER =
      Comparator.comparingInt(TopicPartition::partition);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})-(\\d{1,18})");

  static DeadLetterCursor at(ConsumerRecord<?, ?> letter) {
    return new DeadLetterCursor(letter.partition(), letter.offset());
  }

  static DeadLetterCursor parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new ProblemException(
          ProblemCode.INVALID_CURSOR, "cursor must be the next_cursor of an answer");
    }
    return new DeadLetterCursor(
        Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  String text() {
    return partition + "-" + offset;
  }
}
