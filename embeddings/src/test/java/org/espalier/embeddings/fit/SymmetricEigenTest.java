package org.espalier.embeddings.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SymmetricEigenTest {

  @ParameterizedTest(name = "n={0}")
  @ValueSource(ints = {1, 2, 3, 17, 64})
  void vectors_are_orthonormal_and_rebuild_the_matrix(int n) {
    Random random = new Random(n);
    double[] matrix = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i * n + j] = random.nextGaussian();
        matrix[j * n + i] = matrix[i * n + j];
      }
    }
    SymmetricEigen eigen = SymmetricEigen.of(matrix, n);
    assertThat(eigen.apply(value -> value)).containsExactly(matrix, within(1e-9));
    double[] identity = new double[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 1;
      assertThat(eigen.values()[i]).isLessThanOrEqualTo(eigen.values()[Math.max(0, i - 1)]);
    }
    assertThat(eigen.apply(value -> 1)).containsExactly(identity, within(1e-9));
  }

  @Test
  void a_matrix_that_is_not_finite_is_refused() {
    assertThatThrownBy(() -> SymmetricEigen.of(new double[] {1, Double.NaN, 0, 1}, 2))
        .hasMessageContaining("NaN");
  }
}
