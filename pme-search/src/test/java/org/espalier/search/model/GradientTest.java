package org.espalier.search.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrSamples;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every gradient against central differences of the loss. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GradientTest {

  private static final int DIM = 10;
  private static final int CHECKS = 150;
  private static final float STEP = 2e-3f;

  private final CtrData data = ClickWorld.generate(12, 9, 64, 5);
  private final CtrSamples samples = data.train();
  private final int[] order = IntStream.range(0, samples.count()).toArray();

  static Stream<Arguments> models() {
    return Stream.of(Architecture.Kind.values())
        .flatMap(kind -> Stream.of(Projecting.values()).map(p -> Arguments.of(kind, p)));
  }

  @ParameterizedTest(name = "{0} {1}, seed 3")
  @MethodSource("models")
  void gradients_agree_with_differences_of_the_loss(Architecture.Kind kind, Projecting projecting) {
    CtrModel model = model(kind, projecting);
    CtrPass pass = new CtrPass(model);
    pass.gradient(samples, order, 0, samples.count());
    assertThat(pass.gradients().touchedCount()).isGreaterThan(10);
    compare(model, model.tableValues(), pass.gradients().table());
    compare(model, model.dense(), pass.gradients().dense());
  }

  private CtrModel model(Architecture.Kind kind, Projecting projecting) {
    int[] sizes = TableLayout.uniformSizes(data.fields(), DIM);
    int[] mixed = {0, 1, 3, DIM};
    for (int t = 0; t < sizes.length; t++) {
      sizes[t] = Math.min(sizes[t], mixed[t % mixed.length]);
    }
    TableLayout layout =
        projecting == Projecting.MASKED
            ? TableLayout.masked(data.fields(), DIM, 2, mask(sizes))
            : TableLayout.of(data.fields(), DIM, projecting, 2, sizes);
    Architecture architecture = new Architecture(kind, List.of(9, 5), 0, 2, 4, 0.5f);
    return CtrModel.create(data.fields(), architecture, layout, 3);
  }

  /** Every token keeps as many coordinates as its size says, from the last one back. */
  private static boolean[] mask(int[] sizes) {
    boolean[] mask = new boolean[sizes.length * DIM];
    for (int t = 0; t < sizes.length; t++) {
      Arrays.fill(mask, (t + 1) * DIM - sizes[t], (t + 1) * DIM, true);
    }
    return mask;
  }

  private void compare(CtrModel model, float[] values, float[] gradients) {
    Random random = new Random(7);
    double here = loss(model);
    double largest = 0;
    int bends = 0;
    for (int check = 0; check < CHECKS; check++) {
      int i = random.nextInt(values.length);
      float kept = values[i];
      values[i] = kept + STEP;
      double right = (loss(model) - here) / (values[i] - kept);
      values[i] = kept - STEP;
      double left = (here - loss(model)) / (kept - values[i]);
      values[i] = kept;
      double difference = (left + right) / 2;
      double tolerance = 1e-3 + 0.02 * Math.abs(difference);
      if (Math.abs(right - left) > 4 * tolerance) {
        bends++; // a rectifier opens or closes inside the step
        continue;
      }
      assertThat((double) gradients[i])
          .as("value %d", i)
          .isCloseTo(difference, within(tolerance + Math.abs(right - left) / 2));
      largest = Math.max(largest, Math.abs(difference));
    }
    assertThat(bends).isLessThan(CHECKS / 10);
    assertThat(largest).isGreaterThan(0.02); // the comparison has something to compare
  }

  private double loss(CtrModel model) {
    float[] logits = model.logits(samples);
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += LogisticLoss.value(logits[i], samples.labels()[i]);
    }
    return sum / logits.length;
  }
}
