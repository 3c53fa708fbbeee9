package org.espalier.learning.mf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.espalier.embeddings.table.Basis;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SizedGramTest {

  private static final int ROWS = 3000;

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @CsvSource({
    "identity, 1, 1",
    "identity, 12, 2",
    "rotated, 12, 3",
    "projected, 12, 4",
    "rotated, 21, 5"
  })
  void rows_of_several_sizes_have_the_gram_matrix_of_their_vectors(
      String kind, int dim, long seed) {
    Random random = new Random(seed);
    Basis basis = basis(kind, dim, random);
    float[] defaultRow = gaussians(random, dim);
    SizedGram sized = new SizedGram(basis, defaultRow);
    double[] expected = new double[dim * dim];
    for (int r = 0; r < ROWS; r++) {
      int size = random.nextInt(dim + 1);
      float[] row = gaussians(random, dim); // longer than the row, which must not matter
      sized.add(row, size);
      float[] vector = size == 0 ? defaultRow.clone() : new float[dim];
      for (int i = 0; i < size; i++) {
        basis.addDirection(size, i, row[i], vector, 0);
      }
      for (int a = 0; a < dim; a++) {
        for (int b = a; b < dim; b++) {
          expected[a * dim + b] += (double) vector[a] * vector[b];
        }
      }
    }
    float[] gram = sized.gram();
    assertThat(sized.rowCount()).isEqualTo(ROWS);
    for (int a = 0; a < dim; a++) {
      for (int b = a; b < dim; b++) {
        double bound = 1e-5 * Math.sqrt(expected[a * dim + a] * expected[b * dim + b]);
        assertThat((double) gram[a * dim + b]).isCloseTo(expected[a * dim + b], within(bound));
      }
    }
    assertThat(sized.gram()).as("asked again").isEqualTo(gram);
  }

  private static Basis basis(String kind, int dim, Random random) {
    return switch (kind) {
      case "identity" -> Basis.identity(dim);
      case "rotated" -> Basis.rotated(dim, gaussians(random, dim * dim));
      default -> {
        Map<Integer, float[]> directions = new HashMap<>();
        for (int size = 1; size <= dim; size++) {
          directions.put(size, gaussians(random, size * dim));
        }
        yield Basis.projected(dim, directions);
      }
    };
  }

  private static float[] gaussians(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
