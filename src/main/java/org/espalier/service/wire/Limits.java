package org.espalier.service.wire;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of everything that callers send; what is over a bound is refused with a code, never cut.
 *
 * @param bodySize largest body of a request, 1KB to 1GB; a larger one is refused with 413 while it is read
 * @param bodyTime how long a body may take to arrive, 1s to 1h; a slower one is answered 408
 * @param elements most events or records of one request; more are refused with 413
 * @param elementSize largest line of an NDJSON body, up to 16MB
 * @param jsonDepth deepest nesting of arrays and objects in a body
 * @param contextSize largest {@code context} of an event, as compact JSON
 * @param futureTime how far ahead of this machine's clock an event's time may lie
 * @param fields most fields of one catalogue record
 * @param fieldNameSize longest name of a catalogue field, in UTF-8
 * @param fieldValueSize longest single value of a catalogue field, in UTF-8
 * @param fieldValues most values of one catalogue field, and most categories of one record
 */
@ConfigurationProperties("espalier.limits")
public record Limits(
    @DefaultValue("16MB") DataSize bodySize,
    @DefaultValue("60s") Duration bodyTime,
    @DefaultValue("10000") int elements,
    @DefaultValue("256KB") DataSize elementSize,
    @DefaultValue("64") int jsonDepth,
    @DefaultValue("4KB") DataSize contextSize,
    @DefaultValue("24h") Duration futureTime,
    @DefaultValue("64") int fields,
    @DefaultValue("128B") DataSize fieldNameSize,
    @DefaultValue("4KB") DataSize fieldValueSize,
    @DefaultValue("256") int fieldValues) {

  public Limits {
    Bounds.check("espalier.limits.elements", elements, 1, 1_000_000);
    Bounds.check("espalier.limits.json-depth", jsonDepth, 8, 500);
    Bounds.check("espalier.limits.fields", fields, 1, 10_000);
    Bounds.check("espalier.limits.field-values", fieldValues, 1, 100_000);
    requireSize("body-size", bodySize, DataSize.ofKilobytes(1), DataSize.ofGigabytes(1));
    requireSize("element-size", elementSize, DataSize.ofKilobytes(1), DataSize.ofMegabytes(16));
    requireSize("context-size", contextSize, DataSize.ofBytes(2), DataSize.ofMegabytes(1));
    requireSize("field-name-size", fieldNameSize, DataSize.ofBytes(1), DataSize.ofBytes(512));
    requireSize("field-value-size", fieldValueSize, DataSize.ofBytes(1), DataSize.ofMegabytes(1));
    if (bodyTime.toMillis() < 1000 || bodyTime.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("espalier.limits.body-time must be 1s to 1h");
    }
    if (futureTime.isNegative()) {
      throw new IllegalArgumentException("espalier.limits.future-time must not be negative");
    }
  }

  private static void requireSize(String key, DataSize value, DataSize min, DataSize max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "espalier.limits.%s=%s must be between %s and %s".formatted(key, value, min, max));
    }
  }
}
