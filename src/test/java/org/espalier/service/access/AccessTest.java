package org.espalier.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The parts of access that need no service. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AccessTest {

  private static final long NOW_MS = 1_800_000_000_000L;
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC);
  private static final AccessProperties SETTINGS = new AccessProperties(null, 100, 3);

  private final KeyText key = KeyText.random(new SecureRandom());

  @Test
  void keys_differ_and_tell_their_id() {
    Set<String> texts = new HashSet<>();
    SecureRandom random = new SecureRandom();
    for (int i = 0; i < 1000; i++) {
      KeyText made = KeyText.random(random);
      assertThat(KeyText.idOf(made.text())).isEqualTo(made.id()).hasSize(KeyText.ID_LENGTH);
      assertThat(made.toString()).doesNotContain(made.text());
      texts.add(made.text());
    }
    assertThat(texts).hasSize(1000);
  }

  @Test
  void a_key_is_good_until_it_expires_and_revoking_goes_before() {
    assertThat(refusal(row(null, null))).isNull();
    assertThat(refusal(row(NOW_MS + 1, null))).isNull();
    assertThat(refusal(row(NOW_MS, null))).isEqualTo(ProblemCode.KEY_EXPIRED);
    assertThat(refusal(row(NOW_MS - 1, NOW_MS - 2))).isEqualTo(ProblemCode.KEY_REVOKED);
    assertThat(refusal(row(null, NOW_MS))).isEqualTo(ProblemCode.KEY_REVOKED);
  }

  @Test
  void the_service_is_open_only_as_long_as_there_never_was_a_key() {
    KeyRing ring = new KeyRing(SETTINGS, CLOCK);
    assertThat(ring.isOpen()).isTrue();
    assertThat(ring.hasActiveKey()).isFalse();
    ring.replace(List.of(row(NOW_MS - 1, null)));
    assertThat(ring.isOpen()).as("with an expired key").isFalse();
    assertThat(ring.hasActiveKey()).isFalse();
    ring.replace(List.of(row(null, NOW_MS)));
    assertThat(ring.isOpen()).as("with a revoked key").isFalse();
    String configured = "c".repeat(32);
    KeyRing closed = new KeyRing(new AccessProperties(configured, 100, 3), CLOCK);
    assertThat(closed.isOpen()).isFalse();
    assertThat(closed.hasActiveKey()).isTrue();
    assertThat(closed.holder(configured).may(Scope.ADMIN)).isTrue();
    assertThatThrownBy(() -> closed.holder("d".repeat(32))).isInstanceOf(RefusedException.class);
  }

  @Test
  void a_key_that_is_read_again_keeps_what_is_left_of_its_rate() {
    KeyRing ring = new KeyRing(SETTINGS, CLOCK);
    ring.replace(List.of(row(null, null)));
    Rate rate = ring.holder(key.text()).rate();
    ring.replace(List.of(row(null, null)));
    assertThat(ring.holder(key.text()).rate()).isNotNull().isSameAs(rate);
  }

  @Test
  void wrong_keys_of_one_network_are_counted_together() throws Exception {
    AccessProblems problems = new AccessProblems(SETTINGS, new SimpleMeterRegistry());
    for (int i = 0; i < 3; i++) {
      assertThat(wrongKeyFrom("192.0.2.1", problems).getStatus()).isEqualTo(401);
      assertThat(wrongKeyFrom("2001:db8::" + i, problems).getStatus()).isEqualTo(401);
    }
    MockHttpServletResponse limited = wrongKeyFrom("192.0.2.1", problems);
    assertThat(limited.getStatus()).isEqualTo(429);
    assertThat(limited.getHeader("Retry-After")).matches("[1-9]\\d*");
    assertThat(wrongKeyFrom("2001:db8::ffff", problems).getStatus()).isEqualTo(429);
    assertThat(wrongKeyFrom("192.0.2.2", problems).getStatus()).isEqualTo(401);
    assertThat(wrongKeyFrom("2001:db8:0:1::", problems).getStatus()).isEqualTo(401);
  }

  private static MockHttpServletResponse wrongKeyFrom(String address, AccessProblems problems)
      throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setRemoteAddr(address);
    MockHttpServletResponse response = new MockHttpServletResponse();
    problems.onAuthenticationFailure(
        request, response, new RefusedException(ProblemCode.KEY_INVALID, "wrong"));
    return response;
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, localhost, , true",
    "127.0.0.1, 127.0.0.9, http://localhost:3000, true",
    "0:0:0:0:0:0:0:1, [::1], http://[::1]:8080, true",
    "192.0.2.1, localhost, , false",
    "127.0.0.1, rebound.example, , false",
    "127.0.0.1, localhost.example, , false",
    "127.0.0.1, localhost, https://elsewhere.example, false",
    "127.0.0.1, localhost, null, false",
    "127.0.0.1, localhost, http://localhost.example, false"
  })
  void while_there_are_no_keys_only_this_machine_is_served(
      String address, String host, @Nullable String origin, boolean served) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setRemoteAddr(address);
    request.setServerName(host);
    if (origin != null) {
      request.addHeader("Origin", origin);
    }
    KeyConverter converter = new KeyConverter(new KeyRing(SETTINGS, CLOCK));
    if (served) {
      assertThat(converter.convert(request)).isNotNull();
    } else {
      assertThatThrownBy(() -> converter.convert(request)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void the_copy_holds_what_was_written_and_a_damaged_one_stops_the_start(@TempDir Path folder)
      throws Exception {
    KeyCopy copy = new KeyCopy(folder.resolve("control"));
    assertThat(copy.read()).isEmpty();
    List<KeyRow> rows = List.of(row(NOW_MS, null));
    copy.write(rows);
    assertThat(copy.read()).isEqualTo(rows);
    Files.writeString(folder.resolve("control/keys.json"), "[{");
    assertThatThrownBy(copy::read)
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("is damaged");
  }

  @ParameterizedTest
  @CsvSource({
    "short",
    "'has a space has a space has a space'",
    "äääääääääääääääääääääääääääääääää"
  })
  void a_bad_configured_key_is_refused_and_not_shown(String configured) {
    assertThatThrownBy(() -> new AccessProperties(configured, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("espalier.access.admin-key")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(configured));
    assertThat(new AccessProperties("s".repeat(32), 1, 1).toString()).doesNotContain("sss");
  }

  private @Nullable ProblemCode refusal(KeyRow row) {
    KeyRing ring = new KeyRing(SETTINGS, CLOCK);
    ring.replace(List.of(row));
    try {
      assertThat(ring.holder(key.text()).may(Scope.READ)).isTrue();
      return null;
    } catch (RefusedException e) {
      return e.code();
    }
  }

  private KeyRow row(@Nullable Long expiresMs, @Nullable Long revokedMs) {
    return new KeyRow(
        1L,
        "instance",
        key.id(),
        "test",
        HexFormat.of().formatHex(KeyText.hash(key.text())),
        "read,write",
        null,
        NOW_MS - 10,
        "local",
        expiresMs,
        revokedMs);
  }
}
