package org.espalier.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.espalier.embeddings.exchange.NpyWriter;

/**
 * Vectors of a space with few directions, and their files {@code items.npy}, {@code items.txt}, {@code users.npy} and
 * {@code users.txt}.
 *
 * @param items (ITEMS, DIM); item r has the id {@code "item r"}
 * @param users (USERS, DIM); user r has the id {@code "user r"}
 */
@SuppressWarnings("ArrayRecordComponent") // test data
record MadeVectors(float[] items, float[] users) {

  static final int ITEMS = 400;
  static final int USERS = 30;
  static final int DIM = 16;
  private static final int RANK = 4;

  static MadeVectors write(Path folder, long seed) throws IOException {
    Random random = new Random(seed);
    float[] directions = gaussians(RANK * DIM, random);
    MadeVectors made =
        new MadeVectors(mixed(ITEMS, directions, random), gaussians(USERS * DIM, random));
    writeFiles(folder, "item", made.items());
    writeFiles(folder, "user", made.users());
    return made;
  }

  private static void writeFiles(Path folder, String what, float[] vectors) throws IOException {
    int rows = vectors.length / DIM;
    try (NpyWriter writer = NpyWriter.create(folder.resolve(what + "s.npy"), DIM)) {
      for (int r = 0; r < rows; r++) {
        writer.add(Arrays.copyOfRange(vectors, r * DIM, (r + 1) * DIM));
      }
    }
    Files.write(
        folder.resolve(what + "s.txt"),
        IntStream.range(0, rows).mapToObj(r -> what + " " + r).toList());
  }

  private static float[] mixed(int rows, float[] directions, Random random) {
    float[] vectors = new float[rows * DIM];
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < RANK; k++) {
        double weight = random.nextGaussian();
        for (int d = 0; d < DIM; d++) {
          vectors[r * DIM + d] += (float) (weight * directions[k * DIM + d]);
        }
      }
    }
    return vectors;
  }

  private static float[] gaussians(int n, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  double score(float[] queries, int query, int item) {
    double score = 0;
    for (int d = 0; d < DIM; d++) {
      score += (double) queries[query * DIM + d] * items[item * DIM + d];
    }
    return score;
  }

  /** The ids of the best items for a user, best first. */
  List<String> best(int user, int count) {
    return IntStream.range(0, ITEMS)
        .boxed()
        .sorted(Comparator.comparingDouble(item -> -score(users, user, item)))
        .limit(count)
        .map(item -> "item " + item)
        .toList();
  }
}
