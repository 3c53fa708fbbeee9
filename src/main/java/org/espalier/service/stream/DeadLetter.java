package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be stored.
 *
 * @param partition of the dead letters' topic
 * @param offset in that partition
 * @param origin where the record stood
 * @param code one of the codes of docs/PROBLEMS.md
 * @param key as text; null for none
 * @param value its beginning, as text
 * @param valueBytes the whole value's length; null for a tombstone
 * @param replayed whether it was sent again
 */
@Schema(description = "A record that could not be stored")
record DeadLetter(
    int partition,
    long offset,
    Origin origin,
    @Schema(example = "invalid_id") String code,
    @Schema(example = "user_id is empty; ids have 1 to 512 bytes") String reason,
    @Nullable String key,
    @Nullable String value,
    @JsonProperty("value_bytes") @Nullable Integer valueBytes,
    boolean replayed) {

  private static final int SHOWN_BYTES = 1024;

  /**
   * Where the record stood; empty texts where a letter does not say.
   *
   * @param source what brought it, {@code kafka} or {@code rest}
   * @param caller of the request that brought it first: the name and id of an API key
   * @param timestamp when it first came
   */
  @Schema(name = "DeadLetterOrigin")
  record Origin(
      @Schema(allowableValues = {"kafka", "rest"}) String source,
      String caller,
      String topic,
      String partition,
      String offset,
      String timestamp) {}

  static DeadLetter of(ConsumerRecord<byte[], byte[]> letter, boolean replayed) {
    byte[] value = letter.value();
    String source = header(letter, DeadLetters.ORIGIN);
    return new DeadLetter(
        letter.partition(),
        letter.offset(),
        new Origin(
            source.isEmpty() ? DeadLetters.FROM_KAFKA : source,
            header(letter, DeadLetters.CALLER),
            header(letter, DeadLetters.TOPIC),
            header(letter, DeadLetters.PARTITION),
            header(letter, DeadLetters.OFFSET),
            time(header(letter, DeadLetters.TIMESTAMP))),
        header(letter, DeadLetters.CODE),
        header(letter, DeadLetters.REASON),
        letter.key() == null ? null : beginning(letter.key()),
        value == null ? null : beginning(value),
        value == null ? null : value.length,
        replayed);
  }

  private static String header(ConsumerRecord<?, ?> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return header == null || header.value() == null ? "" : beginning(header.value());
  }

  private static String time(String ms) {
    try {
      return ms.isEmpty() ? "" : Timestamps.format(Long.parseLong(ms));
    } catch (RuntimeException e) { // somebody else wrote this letter
      return "";
    }
  }

  /** What is no UTF-8 is shown as U+FFFD; control characters too, which terminals would obey. */
  private static String beginning(byte[] bytes) {
    String text = new String(bytes, 0, Math.min(SHOWN_BYTES, bytes.length), UTF_8);
    return text.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
