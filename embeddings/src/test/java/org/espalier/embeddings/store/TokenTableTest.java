package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TokenTableTest {

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void it_agrees_with_a_list_over_groups_that_are_published_or_discarded(long seed) {
    Random random = new Random(seed);
    TokenTable table = new TokenTable();
    List<String> tokens = new ArrayList<>(); // by id, "" for erased ones
    Map<String, Integer> ids = new HashMap<>();
    for (int group = 0; group < 60; group++) {
      Map<String, Integer> staged = new HashMap<>();
      for (int i = random.nextInt(400); i > 0; i--) {
        String token = randomToken(random);
        int published = ids.getOrDefault(token, -1);
        assertThat(find(table, token)).isEqualTo(published);
        int known = published >= 0 ? published : staged.getOrDefault(token, -1);
        assertThat(table.findOrStaged(Tokens.encode(token))).isEqualTo(known);
        if (known < 0) {
          int id = table.stage(Tokens.encode(token));
          assertThat(id).isEqualTo(tokens.size() + staged.size());
          assertThat(table.token(id)).isEqualTo(token);
          staged.put(token, id);
        }
      }
      if (random.nextInt(3) == 0) {
        table.discard();
      } else {
        table.publish();
        staged.forEach((token, id) -> tokens.add(""));
        staged.forEach((token, id) -> tokens.set(id, token));
        ids.putAll(staged);
      }
      if (!tokens.isEmpty()) {
        int id = random.nextInt(tokens.size());
        table.erase(id);
        ids.remove(tokens.set(id, ""));
      }
      assertThat(table.size()).isEqualTo(tokens.size());
    }
    assertThat(ids).hasSizeGreaterThan(3000);
    ids.forEach((token, id) -> assertThat(find(table, token)).isEqualTo(id));
    byte[][] many = manyTokens(random, ids.keySet());
    int[] found = table.find(many);
    for (int i = 0; i < many.length; i++) {
      assertThat(found[i]).isEqualTo(table.find(many[i], 0, many[i].length));
    }
    for (int id = 0; id < tokens.size(); id++) {
      assertThat(table.token(id)).isEqualTo(tokens.get(id));
      assertThat(table.isErased(id)).isEqualTo(tokens.get(id).isEmpty());
    }
    assertThatThrownBy(() -> table.token(tokens.size()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Numbered tokens are what most fields hold, and differ in their last digits alone. */
  @ParameterizedTest
  @ValueSource(strings = {"item-%d", "%d", "u%08d", "a-longer-name-of-a-user/%07d/x"})
  void numbered_tokens_are_spread_as_if_by_chance(String format) {
    int count = 1 << 16;
    int slots = count * 2;
    TokenTable table = new TokenTable();
    BitSet homes = new BitSet(slots);
    for (int i = 0; i < count; i++) {
      byte[] token = Tokens.encode(format.formatted(i));
      homes.set(table.hash(token, 0, token.length) & slots - 1);
    }
    double byChance = slots * (1 - Math.exp(-0.5));
    assertThat((double) homes.cardinality()).isCloseTo(byChance, withinPercentage(2));
  }

  /** Known ones, unknown ones and empty ones, some of them twice. */
  private static byte[][] manyTokens(Random random, Set<String> known) {
    List<byte[]> many = new ArrayList<>();
    for (String token : known) {
      many.add(Tokens.encode(token));
      switch (random.nextInt(4)) {
        case 0 -> many.add(Tokens.encode(randomToken(random)));
        case 1 -> many.add(new byte[0]);
        case 2 -> many.add(Tokens.encode(token));
        default -> {}
      }
    }
    return many.toArray(byte[][]::new);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void readers_see_whole_tokens_only_while_a_writer_publishes_and_erases(long seed)
      throws Exception {
    int count = 60_000;
    TokenTable table = new TokenTable();
    try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
      Callable<Integer> reader =
          () -> {
            Random random = new Random(seed);
            int seen = 0;
            while (table.size() < count) {
              int size = table.size();
              if (size > 0) {
                int id = size - 1 - random.nextInt(Math.min(size, 100));
                String token = table.token(id);
                assertThat(token).isIn("token number " + id, "");
                assertThat(find(table, "token number " + id)).isIn(id, -1);
                seen++;
              }
            }
            return seen;
          };
      List<Future<Integer>> running = List.of(readers.submit(reader), readers.submit(reader));
      Random random = new Random(seed);
      for (int id = 0; id < count; id++) {
        table.stage(Tokens.encode("token number " + id));
        if (random.nextInt(10) == 0 || id == count - 1) {
          table.publish();
          table.erase(random.nextInt(table.size()));
        }
      }
      for (Future<Integer> each : running) {
        assertThat(each.get()).isPositive();
      }
    }
  }

  @Test
  void finding_a_slice_allocates_nothing() {
    TokenTable table = new TokenTable();
    for (int i = 0; i < 1000; i++) {
      table.stage(Tokens.encode("user-" + i));
    }
    table.publish();
    byte[] text = Tokens.encode("{\"user_id\":\"user-777\"}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = 0;
    for (int i = 0; i < 50_000; i++) {
      found += table.find(text, 12, 8);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 50_000; i++) {
      found += table.find(text, 12, 8);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(found).isEqualTo(100_000 * 777);
    assertThat(allocated).isLessThan(10_000);
  }

  private static int find(TokenTable table, String token) {
    byte[] padded = Tokens.encode("__" + token + "__");
    return table.find(padded, 2, padded.length - 4);
  }

  private static String randomToken(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> "é中😀".repeat(1 + random.nextInt(50)) + random.nextInt(100);
      case 1, 2, 3, 4 -> "user-" + random.nextInt(20_000);
      default -> Integer.toString(random.nextInt(20_000));
    };
  }
}
