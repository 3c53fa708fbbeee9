package org.espalier.search.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrSamples;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.TableLayout;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SaliencyTest {

  private static final int DIM = 3;

  private final CtrData data = ClickWorld.generate(8, 6, 120, 3);

  @Test
  void connection_and_taylor_are_what_differences_of_the_loss_say() {
    CtrModel model = model(Architecture.Kind.FM);
    // A batch larger than what it is drawn from would repeat samples: one sample makes it exact.
    CtrSamples one =
        new CtrSamples(
            Arrays.copyOf(data.train().cells(), 3), Arrays.copyOf(data.train().labels(), 1), 3);
    double[] connection = saliency(model, one, Criterion.CONNECTION, 4);
    double[] taylor = saliency(model, one, Criterion.TAYLOR, 4);
    double[] fisher = saliency(model, one, Criterion.FISHER, 4);

    int touched = 0;
    for (int token = 0; token < model.layout().tokenCount(); token++) {
      for (int d = 0; d < model.layout().size(token); d++) {
        int at = model.layout().rowAt(token) + d;
        double expected = Math.abs(slope(model, one, at) * model.tableValues()[at]);
        int cell = token * DIM + d;
        assertThat(connection[cell]).isCloseTo(4 * expected, within(1e-3));
        assertThat(taylor[cell]).isCloseTo(4 * expected, within(1e-3));
        assertThat(fisher[cell]).isCloseTo(4 * expected * expected, within(1e-3));
        touched += expected > 1e-3 ? 1 : 0;
      }
    }
    assertThat(touched).isGreaterThanOrEqualTo(6);
  }

  @Test
  void a_tables_saliency_is_its_criterion_summed_over_the_batches_that_touch_a_row() {
    SplittableRandom random = new SplittableRandom(4);
    float[] rows = new float[5 * DIM];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.nextInt(-4, 5);
    }
    for (Criterion criterion : List.of(Criterion.CONNECTION, Criterion.TAYLOR, Criterion.FISHER)) {
      RowSaliency saliency = new RowSaliency(5, DIM, criterion);
      double[][] products = new double[rows.length][6];
      for (int batch = 0; batch < 6; batch++) {
        float[] gradients = new float[rows.length];
        for (int token = 0; token < 4; token++) { // nothing touches the last
          if ((batch + token) % 2 == 0) {
            for (int at = token * DIM; at < (token + 1) * DIM; at++) {
              gradients[at] = random.nextInt(-4, 5);
              products[at][batch] = gradients[at] * rows[at];
            }
            saliency.add(token, rows, gradients, token * DIM);
          }
        }
      }
      for (int at = 0; at < rows.length; at++) {
        double sum = Arrays.stream(products[at]).sum();
        double sizes = Arrays.stream(products[at]).map(Math::abs).sum();
        double squares = Arrays.stream(products[at]).map(p -> p * p).sum();
        double expected =
            criterion.equals(Criterion.CONNECTION)
                ? Math.abs(sum)
                : criterion.equals(Criterion.TAYLOR) ? sizes : squares;
        assertThat(saliency.saliency()[at]).isEqualTo(expected);
      }
    }
  }

  /** E over own labels of (σ − y)² is σ(1 − σ), so Σ g² over many draws is known without drawing. */
  @Test
  void own_labels_give_the_fisher_information_of_the_model() {
    CtrModel model = model(Architecture.Kind.FM);
    CtrSamples one = new CtrSamples(Arrays.copyOf(data.train().cells(), 3), new float[] {1}, 3);
    int draws = 4_000;
    double[] own =
        Saliency.of(
            model,
            one,
            Saliency.Labels.OWN,
            Criterion.FISHER,
            draws,
            1,
            new SplittableRandom(7),
            () -> false);
    double[] clicked = saliency(model, one, Criterion.FISHER, 1);
    double p = 1 / (1 + Math.exp(-model.logits(one)[0]));

    int touched = 0;
    for (int i = 0; i < own.length; i++) {
      // With the label 1 the factor before the same products is (1 − p)².
      double expected = draws * clicked[i] / ((1 - p) * (1 - p)) * p * (1 - p);
      assertThat(own[i]).isCloseTo(expected, within(0.1 * expected + 1e-9));
      touched += expected > 0 ? 1 : 0;
    }
    assertThat(touched).isGreaterThanOrEqualTo(6);
  }

  @Test
  void a_rotation_leaves_the_logits_and_sorts_the_coordinates() {
    CtrModel model = model(Architecture.Kind.DEEPFM);
    float[] before = model.logits(data.train());
    double[] energyBefore = energy(model);
    model.rotate(PrincipalAxes.of(model));
    float[] after = model.logits(data.train());
    double[] energy = energy(model);

    for (int i = 0; i < before.length; i++) {
      assertThat(after[i]).isCloseTo(before[i], within(1e-4f));
    }
    assertThat(energy[0]).isGreaterThan(energy[1]);
    assertThat(energy[1]).isGreaterThan(energy[2]);
    assertThat(Arrays.stream(energy).sum())
        .isCloseTo(Arrays.stream(energyBefore).sum(), within(1e-2));
  }

  @Test
  void eigenvectors_diagonalise_a_symmetric_matrix() {
    double[] matrix = {4, 1, 0.5, 1, 3, -1, 0.5, -1, 5};
    float[] v = PrincipalAxes.eigenvectors(matrix.clone(), 3);

    double[] eigenvalues = new double[3];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 3; i++) {
        double product = 0;
        for (int j = 0; j < 3; j++) {
          product += matrix[i * 3 + j] * v[j * 3 + c];
        }
        eigenvalues[c] += product * v[i * 3 + c];
      }
      for (int i = 0; i < 3; i++) {
        double product = 0;
        for (int j = 0; j < 3; j++) {
          product += matrix[i * 3 + j] * v[j * 3 + c];
        }
        assertThat(product).isCloseTo(eigenvalues[c] * v[i * 3 + c], within(1e-5));
      }
    }
    assertThat(eigenvalues[0]).isGreaterThan(eigenvalues[1]);
    assertThat(eigenvalues[1]).isGreaterThan(eigenvalues[2]);
  }

  private CtrModel model(Architecture.Kind kind) {
    TableLayout layout =
        TableLayout.of(
            data.fields(), DIM, Projecting.NESTED, 1, TableLayout.uniformSizes(data.fields(), DIM));
    Architecture architecture = new Architecture(kind, List.of(6), 0, 1, 2, 0.5f);
    return CtrModel.create(data.fields(), architecture, layout, 11);
  }

  private static double[] saliency(
      CtrModel model, CtrSamples samples, Criterion criterion, int batches) {
    return Saliency.of(
        model,
        samples,
        Saliency.Labels.LOG,
        criterion,
        batches,
        1,
        new SplittableRandom(1),
        () -> false);
  }

  private static double slope(CtrModel model, CtrSamples samples, int at) {
    float[] values = model.tableValues();
    float kept = values[at];
    values[at] = kept + 1e-2f;
    double above = model.judge(samples).logloss();
    values[at] = kept - 1e-2f;
    double below = model.judge(samples).logloss();
    values[at] = kept;
    return (above - below) / 2e-2;
  }

  /** Σ frequency · value² a coordinate. */
  private static double[] energy(CtrModel model) {
    double[] energy = new double[DIM];
    for (int f = 0; f < model.fields().size(); f++) {
      int[] counts = model.fields().get(f).counts();
      for (int t = 1; t < counts.length; t++) {
        int at = model.layout().rowAt(model.layout().fieldStart(f) + t);
        for (int d = 0; d < DIM; d++) {
          energy[d] += counts[t] * Math.pow(model.tableValues()[at + d], 2);
        }
      }
    }
    return energy;
  }
}
