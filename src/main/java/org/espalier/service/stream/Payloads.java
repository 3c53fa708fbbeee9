package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.espalier.service.wire.JsonFaults;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes the envelope off a record: the value as it is, or the data of a CloudEvent (specification 1.0, Kafka protocol
 * binding 1.0.2) in structured mode (content type {@code application/cloudevents+json}) or binary mode (headers
 * {@code ce_…}).
 */
final class Payloads {

  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String SPEC_VERSION = "1.0";

  private final JsonMapper json;
  private final int bytesMax;

  Payloads(JsonMapper json, Limits limits) {
    this.json = json;
    this.bytesMax = (int) limits.elementSize().toBytes();
  }

  /** What is inside the envelope. */
  static final class Payload {
    private final byte[] json;
    private final @Nullable String id;

    private Payload(byte[] json, @Nullable String id) {
      this.json = json;
      this.id = id;
    }

    /** The element as it is sent over REST. */
    byte[] json() {
      return json;
    }

    /** Source and id of a CloudEvent, which tell it from all others; null for plain JSON. */
    @Nullable String id() {
      return id;
    }
  }

  /** The payload of a record that has a value. */
  Payload open(ConsumerRecord<byte[], byte[]> record) throws Rejection {
    byte[] value = record.value();
    if (value.length > bytesMax) {
      throw new Rejection(
          ProblemCode.ELEMENT_TOO_LARGE,
          "the record has %d bytes; at most %d are taken".formatted(value.length, bytesMax));
    }
    Header contentType = record.headers().lastHeader("content-type");
    if (contentType != null && text(contentType).startsWith(STRUCTURED)) {
      return structured(value);
    }
    Header version = record.headers().lastHeader("ce_specversion");
    if (version != null) {
      return binary(record, version);
    }
    return new Payload(value, null);
  }

  private static Payload binary(ConsumerRecord<byte[], byte[]> record, Header version)
      throws Rejection {
    requireVersion(text(version));
    return new Payload(
        record.value(),
        id(
            text(required("ce_source", record.headers().lastHeader("ce_source"))),
            text(required("ce_id", record.headers().lastHeader("ce_id")))));
  }

  private Payload structured(byte[] value) throws Rejection {
    JsonNode event;
    try {
      event = json.readTree(value);
    } catch (JacksonException e) {
      throw JsonFaults.rejection(e);
    }
    requireVersion(event.path("specversion").asString(""));
    String id =
        id(
            required("source", event.path("source").stringValue(null)),
            required("id", event.path("id").stringValue(null)));
    JsonNode data = event.get("data");
    if (data != null) {
      return new Payload(json.writeValueAsBytes(data), id);
    }
    String base64 = required("data", event.path("data_base64").stringValue(null));
    try {
      return new Payload(Base64.getDecoder().decode(base64), id);
    } catch (IllegalArgumentException e) {
      throw new Rejection(ProblemCode.INVALID_VALUE, "data_base64 is not Base64");
    }
  }

  private static String id(String source, String id) {
    return source + "#" + id;
  }

  private static void requireVersion(String version) throws Rejection {
    if (!version.equals(SPEC_VERSION)) {
      throw new Rejection(
          ProblemCode.INVALID_VALUE,
          "only CloudEvents of specversion " + SPEC_VERSION + " are read");
    }
  }

  private static <T> T required(String name, @Nullable T value) throws Rejection {
    if (value == null) {
      throw new Rejection(ProblemCode.MISSING_FIELD, "the CloudEvent lacks " + name);
    }
    return value;
  }

  private static String text(Header header) {
    return header.value() == null ? "" : new String(header.value(), UTF_8);
  }
}
