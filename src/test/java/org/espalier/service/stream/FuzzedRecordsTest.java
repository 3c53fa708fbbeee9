package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad records among good ones. {@code -Despalier.fuzz.records=100000} sends as many bad ones as the acceptance test wants;
 * the usual build sends a tenth.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FuzzedRecordsTest {

  private static final int BAD = Integer.getInteger("espalier.fuzz.records", 10_000);
  private static final String MARK = "fuzz-number";

  @TempDir Path data;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = 1)
  void every_bad_record_is_a_dead_letter_with_a_reason_and_every_good_one_is_stored(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<String> good = new HashSet<>();
    try (Rig rig = new Rig(Broker.address(), "t" + UUID.randomUUID(), data.resolve("store"))) {
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      for (int n = 0; n < BAD; n++) {
        var record = new ProducerRecord<byte[], byte[]>(rig.topic(Feed.EVENTS), bad(random, n));
        record.headers().add(MARK, Integer.toString(n).getBytes(UTF_8));
        rig.send(record);
        if (random.nextInt(4) == 0) {
          good.add("good" + n);
          rig.send(Feed.EVENTS, null, Rig.event("good" + n, "u" + n % 30, "i" + n % 70));
        }
      }
      rig.awaitAll(Feed.EVENTS);

      Map<String, Integer> stored = rig.storedIds();
      assertThat(stored.keySet()).isEqualTo(good);
      assertThat(stored.values()).containsOnly(1);
      assertThat(rig.store().lastSequence()).isEqualTo(good.size());
      Map<Integer, Integer> letters = new HashMap<>();
      Map<String, Integer> codes = new TreeMap<>();
      for (var letter : rig.deadLetters(Feed.EVENTS)) {
        letters.merge(Integer.parseInt(Rig.header(letter, MARK)), 1, Integer::sum);
        codes.merge(Rig.header(letter, DeadLetters.CODE), 1, Integer::sum);
        assertThat(Rig.header(letter, DeadLetters.REASON)).isNotBlank();
      }
      assertThat(letters).hasSize(BAD);
      assertThat(letters.values()).containsOnly(1);
      assertThat(codes.keySet())
          .contains("broken_json", "invalid_utf8", "invalid_type", "too_deep", "element_too_large")
          .doesNotContain(ProblemCode.INTERNAL_ERROR.code());
      assertThat(rig.count("espalier.stream.dead.letters")).isEqualTo(BAD);
      rig.send(Feed.EVENTS, null, Rig.event("after all", "u1", "i1"));
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.storedIds()).containsEntry("after all", 1);
    }
  }

  private static byte[] bad(SplittableRandom random, int n) {
    String event = Rig.event("bad" + n, "u" + n, "i" + n);
    return switch (random.nextInt(10)) {
      case 0 -> {
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        if (noise.length > 0 && noise[0] == '{') {
          noise[0] = 0;
        }
        yield noise;
      }
      case 1 -> event.substring(0, random.nextInt(event.length())).getBytes(UTF_8);
      case 2 -> event.replace("\"u" + n + "\"", random.nextBoolean() ? "7" : "[]").getBytes(UTF_8);
      case 3 -> "x".repeat(random.nextInt(100)).getBytes(UTF_8);
      case 4 -> ("[".repeat(200) + "]".repeat(200)).getBytes(UTF_8);
      case 5 ->
          event
              .replace("}", ",\"context\":" + "{\"a\":".repeat(90) + "1" + "}".repeat(90) + "}")
              .getBytes(UTF_8);
      case 6 -> event.replace("u" + n, "\u00fcn\u00eftext").getBytes(ISO_8859_1);
      case 7 -> event.replace("u" + n, "u".repeat(513 + random.nextInt(2000))).getBytes(UTF_8);
      case 8 ->
          n % 25 == 8
              ? event.replace("u" + n, "u".repeat(300_000)).getBytes(UTF_8)
              : event.replace("user_id", "user").getBytes(UTF_8);
      default -> event.replace("}", ",\"timestamp\":\"yesterday\"}").getBytes(UTF_8);
    };
  }
}
