package org.espalier.kgat.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.espalier.embeddings.Allocations;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ResidualQueueTest {

  private static final int LAYERS = 3;
  private static final int NODES = 40;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void it_holds_what_plain_arrays_hold_and_gives_the_largest_first(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float epsilon = seed % 2 == 0 ? 0 : 1e-3f;
    ResidualQueue queue = new ResidualQueue(LAYERS, NODES, epsilon);
    float[][] model = new float[LAYERS + 1][NODES];
    int[] taken = new int[7];
    int[] count = new int[1];
    for (int step = 0; step < 3000; step++) {
      int layer = 1 + random.nextInt(LAYERS);
      int node = random.nextInt(NODES);
      switch (random.nextInt(12)) {
        case 0 -> {
          int bucket = queue.largestBucket();
          float largest = largestDue(model, epsilon);
          assertThat(bucket == ResidualQueue.NONE).isEqualTo(largest == 0);
          for (int l = 1; bucket != ResidualQueue.NONE && l <= LAYERS; l++) {
            int n = queue.take(l, bucket, taken, taken.length);
            for (int i = 0; i < n; i++) {
              assertThat(model[l][taken[i]]).isGreaterThanOrEqualTo(largest / 2);
              model[l][taken[i]] = 0;
            }
          }
        }
        case 1 -> {
          int l = queue.sweep(taken, taken.length, count);
          for (int i = 0; i < count[0]; i++) {
            assertThat(model[l][taken[i]]).isPositive().isGreaterThanOrEqualTo(epsilon);
            model[l][taken[i]] = 0;
          }
        }
        default -> {
          float amount = (float) Math.pow(2, -random.nextInt(16));
          queue.add(layer, node, amount);
          model[layer][node] += amount;
        }
      }
      assertThat(queue.get(layer, node)).isEqualTo(model[layer][node]);
      assertThat(queue.due()).isEqualTo(due(model, epsilon));
    }
    float largest = 0;
    for (float[] layer : model) {
      for (float residual : layer) {
        largest = Math.max(largest, residual);
      }
    }
    assertThat(queue.largest()).isEqualTo(largest);
    queue.clear();
    assertThat(queue.due()).isZero();
    assertThat(queue.mean()).isZero();
  }

  private static float largestDue(float[][] model, float epsilon) {
    float largest = 0;
    for (float[] layer : model) {
      for (float residual : layer) {
        largest = residual >= epsilon ? Math.max(largest, residual) : largest;
      }
    }
    return largest;
  }

  private static int due(float[][] model, float epsilon) {
    int due = 0;
    for (float[] layer : model) {
      for (float residual : layer) {
        due += residual >= epsilon && residual > 0 ? 1 : 0;
      }
    }
    return due;
  }

  @Test
  void a_small_residual_is_met_however_many_larger_ones_keep_coming() {
    ResidualQueue queue = new ResidualQueue(2, NODES, 1e-3f);
    queue.add(2, 17, 2e-3f);
    int[] taken = new int[4];
    int[] count = new int[1];
    boolean met = false;
    int sweeps = 0;
    while (!met && sweeps < 2 * NODES) {
      for (int node = 0; node < NODES; node++) {
        queue.add(1, node, 100); // a stream of larger ones
      }
      queue.take(1, queue.largestBucket(), new int[NODES], NODES / 2);
      int layer = queue.sweep(taken, taken.length, count);
      met = layer == 2 && Arrays.stream(taken, 0, count[0]).anyMatch(n -> n == 17);
      sweeps++;
    }
    assertThat(met).isTrue();
  }

  @Test
  void nodes_of_one_bucket_come_in_the_order_of_waiting() {
    ResidualQueue queue = new ResidualQueue(1, NODES, 1e-3f);
    queue.add(1, 9, 1.9f);
    queue.add(1, 3, 1.1f);
    queue.add(1, 5, 1.5f);
    int[] taken = new int[3];
    assertThat(queue.take(1, queue.largestBucket(), taken, 3)).isEqualTo(3);
    assertThat(taken).containsExactly(9, 3, 5);
  }

  @Test
  void residuals_move_with_their_nodes_when_there_is_more_room() {
    ResidualQueue queue = new ResidualQueue(2, 5, 1e-3f);
    queue.add(1, 1, 1); // a user of two
    queue.add(2, 3, 1e-4f); // the second of three entities
    ResidualQueue moved = queue.moved(new NodeNumbers(2, 3), new NodeNumbers(10, 20));
    assertThat(moved.get(1, 1)).isEqualTo(1);
    assertThat(moved.get(2, 11)).isEqualTo(1e-4f);
    assertThat(moved.due()).isEqualTo(1);
  }

  @Test
  void nothing_is_allocated() {
    ResidualQueue queue = new ResidualQueue(2, 1000, 1e-3f);
    int[] taken = new int[64];
    long bytes =
        Allocations.leastOfManyRounds(
            0,
            () -> {
              for (int i = 0; i < 5000; i++) {
                queue.add(1 + i % 2, i % 1000, 1 + i % 7);
                if (i % 50 == 0) {
                  queue.take(1, queue.largestBucket(), taken, 64);
                }
              }
            });
    assertThat(bytes).isZero();
  }
}
