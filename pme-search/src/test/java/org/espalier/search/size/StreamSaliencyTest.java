package org.espalier.search.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.espalier.embeddings.Allocations;
import org.espalier.search.size.StreamSaliency.Rows;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamSaliencyTest {

  private static final int SPACE = 4;
  private static final Rows USERS = rows(1);
  private static final Rows ITEMS = rows(2);

  /** Rows of sizes 0 to 4, and none for every seventh token. */
  private static Rows rows(long seed) {
    return (token, target) -> {
      if (token % 7 == 6) {
        return -1;
      }
      SplittableRandom random = new SplittableRandom(seed * 1000 + token);
      int size = token % (SPACE + 1);
      for (int k = 0; k < size; k++) {
        target[k] = (float) random.nextGaussian() / (k + 1);
      }
      return size;
    };
  }

  @ParameterizedTest(name = "half-life={0}")
  @ValueSource(doubles = {3, 100, 1e6})
  void sums_are_those_of_explicit_weights_whatever_the_half_life(double halfLife) {
    StreamSaliency stream = new StreamSaliency(SPACE, halfLife, 10_000, USERS, ITEMS);
    SplittableRandom random = new SplittableRandom(5);
    int count = 2_000;
    int[] users = new int[count];
    int[] items = new int[count];
    for (int e = 0; e < count; e++) {
      users[e] = random.nextInt(20);
      items[e] = random.nextInt(3_000); // several pages
      stream.add(users[e], items[e]);
    }
    for (int token = 0; token < 20; token++) {
      double[] ofUser = new double[SPACE];
      double[] ofItem = new double[SPACE];
      float[] row = new float[SPACE];
      for (int e = 0; e < count; e++) {
        double weight = Math.pow(2, -(count - 1 - e) / halfLife);
        if (users[e] == token) {
          addSquares(ITEMS, items[e], weight, ofUser, row);
        }
        if (items[e] == items[token]) {
          addSquares(USERS, users[e], weight, ofItem, row);
        }
      }
      for (int k = 0; k < SPACE; k++) {
        assertThat(stream.userSum(token, k)).isCloseTo(ofUser[k], within(1e-3 * ofUser[k] + 1e-9));
        assertThat(stream.itemSum(items[token], k))
            .isCloseTo(ofItem[k], within(1e-3 * ofItem[k] + 1e-9));
      }
    }
  }

  private static void addSquares(Rows rows, int token, double weight, double[] sums, float[] row) {
    Arrays.fill(row, 0);
    rows.copyRow(token, row);
    for (int k = 0; k < SPACE; k++) {
      sums[k] += weight * row[k] * row[k];
    }
  }

  @Test
  void users_count_half_alike_and_half_by_their_share_of_the_stream() {
    StreamSaliency stream =
        new StreamSaliency(1, 1e9, 10, (_, row) -> one(row), (_, row) -> one(row));
    assertThat(stream.userWeights(new int[] {0, 1, 2})).containsExactly(1, 1, 1);
    for (int i = 0; i < 30; i++) {
      stream.add(i % 3 == 0 ? 0 : 1, i % 4);
    }
    float[] weights = stream.userWeights(new int[] {0, 1, 2});
    assertThat(weights[0]).isCloseTo(1f, within(1e-4f)); // 10 events, and the mean is 10
    assertThat(weights[1]).isCloseTo(1.5f, within(1e-4f));
    assertThat(weights[2]).isCloseTo(0.5f, within(1e-4f));
  }

  private static int one(float[] row) {
    row[0] = 1;
    return 1;
  }

  @Test
  void a_stream_that_goes_on_as_before_drifts_little_and_one_that_turns_drifts_much() {
    Rows full =
        (token, target) -> {
          SplittableRandom random = new SplittableRandom(token);
          for (int k = 0; k < SPACE; k++) {
            target[k] = (float) random.nextGaussian() / (k + 1);
          }
          return SPACE;
        };
    StreamSaliency stream = new StreamSaliency(SPACE, 20_000, 1_000, full, full);
    SplittableRandom random = new SplittableRandom(9);
    send(stream, random, 0);
    StreamSizes before = stream.best(200);
    assertThat(stream.best(200).movedFrom(before)).isZero();
    send(stream, random, 0);
    double steady = stream.best(200).movedFrom(before);
    send(stream, random, 50); // now others are popular
    double turned = stream.best(200).movedFrom(before);
    assertThat(steady).isLessThan(0.1);
    assertThat(turned).isGreaterThan(2 * steady).isBetween(0.15, 1.0);
  }

  private static void send(StreamSaliency stream, SplittableRandom random, int firstItem) {
    for (int e = 0; e < 60_000; e++) {
      int item = firstItem + (int) (50 * random.nextDouble() * random.nextDouble());
      stream.add(random.nextInt(50), item);
    }
  }

  @Test
  void sizes_keep_to_the_budget_and_a_token_that_stores_nothing_may_earn_something() {
    StreamSaliency stream = new StreamSaliency(SPACE, 1e4, 1_000, USERS, ITEMS);
    for (int e = 0; e < 5_000; e++) {
      stream.add(e % 30, 6); // item 6 has no row, item 1 a short one
      stream.add(e % 30, 1 + e % 20);
    }
    StreamSizes sizes = stream.best(40);
    assertThat(Arrays.stream(sizes.users()).sum() + Arrays.stream(sizes.items()).sum())
        .isLessThanOrEqualTo(40);
    assertThat(sizes.items()[6]).isPositive();
  }

  @Test
  void an_event_allocates_nothing() {
    StreamSaliency stream =
        new StreamSaliency(
            SPACE,
            1e4,
            10_000,
            (token, target) -> {
              target[0] = token;
              return 1;
            },
            (token, target) -> {
              target[1] = token;
              return 2;
            });
    long allocated =
        Allocations.leastOfManyRounds(
            0,
            () -> {
              for (int e = 0; e < 5_000; e++) {
                stream.add(e, 9_999 - e);
              }
            });
    assertThat(allocated).isZero();
  }

  @Test
  void memory_is_bounded_and_what_is_beyond_is_counted() {
    StreamSaliency stream = new StreamSaliency(SPACE, 1e4, 2_048, USERS, ITEMS);
    stream.add(5, 2_047);
    stream.add(5, 2_048);
    stream.add(1 << 30, 3);
    assertThat(stream.events()).isEqualTo(3);
    assertThat(stream.ignored()).isEqualTo(2);
    assertThat(stream.bytes()).as("a page of users, one of items").isEqualTo(2 * 1024 * SPACE * 4);
    assertThatThrownBy(() -> new StreamSaliency(0, 1, 1, USERS, ITEMS))
        .hasMessageContaining("space=0");
  }
}
