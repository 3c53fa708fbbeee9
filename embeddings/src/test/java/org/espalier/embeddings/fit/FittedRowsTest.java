package org.espalier.embeddings.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FittedRowsTest {

  private static final int ITEMS = 600;
  private static final int DIM = 24;

  private static float[] vectors(int rows, double falling, SplittableRandom random) {
    float[] vectors = new float[rows * DIM];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) (random.nextGaussian() * Math.pow(falling, i % DIM));
    }
    return vectors;
  }

  @ParameterizedTest(name = "keep={0}")
  @ValueSource(doubles = {0.12, 0.3, 1})
  void a_vector_that_comes_again_gets_the_row_that_the_fit_gave_it(double keep) {
    SplittableRandom random = new SplittableRandom(7);
    float[] items = vectors(ITEMS, 0.8, random);
    Fit.Fitted fitted =
        Fit.fit(
            "item",
            "entity",
            IntStream.range(0, ITEMS).toArray(),
            VectorSource.of("items", DIM, items),
            VectorSource.of("queries", DIM, vectors(200, 0.9, random)),
            new FitSpec(keep, FitSpec.defaultSizes(DIM), Encoding.FP32, 0, 1),
            StepListener.NONE);
    MultiSizeTable table = fitted.table();
    FittedRows rows =
        FittedRows.of(table.shape(), table.basis(), table.defaultRow(), fitted.report().price());
    float[] y = new float[DIM];
    float[] stored = new float[DIM];
    int sizeKept = 0;
    int longer = 0;
    long numbers = 0;
    for (int item = 0; item < ITEMS; item++) {
      rows.coordinates(Arrays.copyOfRange(items, item * DIM, (item + 1) * DIM), y);
      int size = table.sizeOf(item);
      if (size > 0) {
        float[] model = new float[DIM]; // what the cut coordinates stand for
        for (int i = 0; i < size; i++) {
          table.basis().addDirection(DIM, i, y[i], model, 0);
        }
        table.copyVector(item, stored, 0);
        assertThat(model).containsExactly(stored, within(1e-4f));
      }
      int chosen = rows.size(y);
      longer += chosen > size ? 1 : 0;
      sizeKept += chosen == size ? 1 : 0;
      numbers += Math.min(chosen, size);
    }
    assertThat(sizeKept).isGreaterThan(ITEMS * 95 / 100);
    // The price is what the last item's numbers are worth to the last bit, so that one may round
    // either way.
    assertThat(longer).as("what was left at the price is not given again").isLessThanOrEqualTo(1);
    assertThat(numbers + (long) DIM * DIM + DIM).isLessThanOrEqualTo((long) (keep * ITEMS * DIM));
  }

  @Test
  void a_table_along_the_axes_is_no_fits() {
    MultiSizeTable plain =
        MultiSizeTable.uniform("item", "entity", 2, new int[] {0}, new float[] {1, 2});
    assertThatThrownBy(() -> FittedRows.of(plain.shape(), plain.basis(), plain.defaultRow(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("item");
  }
}
