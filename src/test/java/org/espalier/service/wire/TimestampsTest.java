package org.espalier.service.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimestampsTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final Timestamps timestamps =
      new Timestamps(Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofHours(24));

  @ParameterizedTest
  @CsvSource({
    "'\"2026-01-31T12:00:00Z\"', 1769860800000",
    "'\"2026-01-31T13:00:00.5+01:00\"', 1769860800500",
    "'\"1970-01-01T00:00:00Z\"', 0",
    "1769860800000, 1769860800000",
    "0, 0",
    "'\"2026-02-01T12:00:00Z\"', 1769947200000"
  })
  void rfc_3339_and_milliseconds_are_read(String json, long timeMs) throws Rejection {
    assertThat(read(json)).isEqualTo(timeMs);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"yesterday\"",
        "\"2026-01-31\"",
        "\"2026-01-31T12:00:00\"",
        "\"2026-02-30T12:00:00Z\"",
        "\"\"",
        "1.5",
        "1e400",
        "99999999999999999999",
        "true",
        "{}",
        "-1",
        "\"1969-12-31T23:59:59Z\"",
        "\"2026-02-01T12:00:00.001Z\"",
        "9223372036854775807",
        "\"+999999999-12-31T23:59:59Z\""
      })
  void everything_else_is_refused(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOfSatisfying(
            Rejection.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_TIMESTAMP));
  }

  @Test
  void times_go_out_as_rfc_3339_in_utc() {
    assertThat(Timestamps.format(1769860800500L)).isEqualTo("2026-01-31T12:00:00.500Z");
  }

  private long read(String json) throws Rejection {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      parser.nextToken();
      return timestamps.read("timestamp", parser);
    }
  }
}
