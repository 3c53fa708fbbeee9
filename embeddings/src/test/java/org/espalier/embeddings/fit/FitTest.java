package org.espalier.embeddings.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.espalier.embeddings.fit.Fit.Fitted;
import org.espalier.embeddings.fit.FitReport.Quality;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FitTest {

  private static Fitted fit(float[] items, float @Nullable [] queries, int dim, FitSpec spec) {
    return Fit.fit(
        "item",
        "entity",
        IntStream.range(0, items.length / dim).toArray(),
        VectorSource.of("items", dim, items),
        queries == null ? null : VectorSource.of("queries", dim, queries),
        spec,
        StepListener.NONE);
  }

  private static FitSpec spec(double keep, int... sizes) {
    return new FitSpec(keep, sizes, Encoding.FP32, 50, 1);
  }

  private static Quality quality(Fitted fitted) {
    return Objects.requireNonNull(fitted.report().quality());
  }

  /** Rows of a random subspace, some long and most short. */
  private static float[] lowRank(int rows, int dim, int rank, Random random) {
    float[] factors = gaussians(rank * dim, random);
    float[] vectors = new float[rows * dim];
    for (int r = 0; r < rows; r++) {
      double length = Math.exp(random.nextGaussian());
      for (int k = 0; k < rank; k++) {
        double weight = length * random.nextGaussian();
        for (int d = 0; d < dim; d++) {
          vectors[r * dim + d] += (float) (weight * factors[k * dim + d]);
        }
      }
    }
    return vectors;
  }

  /** Rows whose coordinates are as strong as {@code strength} says. */
  private static float[] anisotropic(int rows, double[] strength, Random random) {
    float[] vectors = gaussians(rows * strength.length, random);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] *= (float) strength[i % strength.length];
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

  private static double[] falling(int dim, double factor) {
    return IntStream.range(0, dim).mapToDouble(d -> Math.pow(factor, d)).toArray();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_low_rank_matrix_is_recovered_exactly_at_its_rank(long seed) {
    int dim = 24;
    int rank = 5;
    Random random = new Random(seed);
    float[] items = lowRank(400, dim, rank, random);
    for (float[] queries : new float[][] {null, gaussians(300 * dim, random)}) {
      Fitted fitted = fit(items, queries, dim, spec(0.4, 0, rank, dim));
      MultiSizeTable table = fitted.table();
      float[] vector = new float[dim];
      for (int r = 0; r < 400; r++) {
        double norm = 0;
        double error = 0;
        table.copyVector(r, vector, 0);
        for (int d = 0; d < dim; d++) {
          norm += Math.pow(items[r * dim + d], 2);
          error += Math.pow(items[r * dim + d] - vector[d], 2);
        }
        assertThat(table.sizeOf(r)).isEqualTo(rank);
        assertThat(Math.sqrt(error / norm)).as("row %d", r).isLessThan(2e-5);
      }
      assertThat(quality(fitted).scoreError()).isLessThan(1e-5);
      assertThat(quality(fitted).overlapAt10()).isGreaterThan(0.99); // near ties may swap
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_uniform_size_leaves_the_error_of_the_best_low_rank_approximation(long seed) {
    int dim = 7;
    Random random = new Random(seed);
    float[] items = anisotropic(60, falling(dim, 0.7), random);
    float[] queries = gaussians(40 * dim, random);
    for (int size = 1; size < dim; size++) { // all of them and the rotation are more than keep 1
      Fitted fitted = fit(items, queries, dim, spec(1, size));
      assertThat(fitted.report().groups()).containsExactly(new SizeGroup(size, 60, Encoding.FP32));
      // the squared score error over all queries is |(X̂ − X) Qᵀ|², least for the truncated SVD of
      // X Qᵀ
      double[] singular = NaiveSvd.singularValues(scores(items, queries, dim), 60, 40);
      double least = 0;
      for (int i = size; i < dim; i++) {
        least += singular[i] * singular[i];
      }
      double found = 0;
      float[] vector = new float[dim];
      for (int r = 0; r < 60; r++) {
        fitted.table().copyVector(r, vector, 0);
        for (int q = 0; q < 40; q++) {
          double error = 0;
          for (int d = 0; d < dim; d++) {
            error += queries[q * dim + d] * ((double) vector[d] - items[r * dim + d]);
          }
          found += error * error;
        }
      }
      double all = 0;
      for (double value : singular) {
        all += value * value;
      }
      assertThat(found).isCloseTo(least, within(1e-3 * least + 1e-9 * all)); // the ridge is 1e-4
    }
  }

  private static double[] scores(float[] items, float[] queries, int dim) {
    int n = items.length / dim;
    int m = queries.length / dim;
    double[] scores = new double[n * m];
    for (int r = 0; r < n; r++) {
      for (int q = 0; q < m; q++) {
        for (int d = 0; d < dim; d++) {
          scores[r * m + q] += (double) items[r * dim + d] * queries[q * dim + d];
        }
      }
    }
    return scores;
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_budget_is_kept_and_more_of_it_never_hurts(long seed) {
    int dim = 16;
    int items = 500;
    float[] vectors = lowRank(items, dim, dim, new Random(seed));
    double before = Double.POSITIVE_INFINITY;
    double price = Double.POSITIVE_INFINITY;
    for (double keep : new double[] {0.04, 0.05, 0.08, 0.1, 0.15, 0.25, 0.5, 0.75, 0.99, 1}) {
      FitReport report = fit(vectors, null, dim, FitSpec.of(keep, dim)).report();
      long numbers = (long) dim * dim + dim;
      for (SizeGroup group : report.groups()) {
        numbers += (long) group.size() * group.rows();
      }
      assertThat(report.numbers())
          .isEqualTo(numbers)
          .isLessThanOrEqualTo((long) (keep * items * dim));
      assertThat(report.keepGot()).isEqualTo((double) numbers / (items * dim));
      assertThat(report.keepGot()).isGreaterThan(keep - (double) dim / (items * dim) - 1e-9);
      assertThat(report.bytes()).isEqualTo(4 * numbers);
      double error = Objects.requireNonNull(report.quality()).scoreError();
      assertThat(error).isLessThan(before * 1.05); // on sampled queries
      assertThat(report.price()).isLessThanOrEqualTo(price);
      before = error;
      price = report.price();
    }
  }

  @Test
  void the_overlap_is_that_of_a_search_by_hand() {
    int dim = 12;
    int n = 300;
    Random random = new Random(4);
    float[] items = anisotropic(n, falling(dim, 0.8), random);
    float[] queries = gaussians(40 * dim, random);
    Fitted fitted = fit(items, queries, dim, spec(0.35, 0, 1, 2, 4, 8, 12));
    float[] restored = new float[n * dim];
    for (int r = 0; r < n; r++) {
      fitted.table().copyVector(r, restored, r * dim);
    }
    double overlap = 0;
    double error = 0;
    double all = 0;
    double[] before = scores(items, queries, dim);
    double[] after = scores(restored, queries, dim);
    for (int i = 0; i < before.length; i++) {
      error += Math.pow(before[i] - after[i], 2);
      all += Math.pow(before[i], 2);
    }
    for (int q = 0; q < 40; q++) {
      TreeSet<Integer> both = new TreeSet<>(top(before, q, 40, 10));
      both.retainAll(top(after, q, 40, 10));
      overlap += both.size() / 10.0 / 40;
    }
    assertThat(quality(fitted).queries()).isEqualTo(40);
    assertThat(quality(fitted).overlapAt10()).isCloseTo(overlap, within(1e-9)).isBetween(0.3, 0.99);
    assertThat(quality(fitted).scoreError()).isCloseTo(Math.sqrt(error / all), within(1e-5));
  }

  private static List<Integer> top(double[] scores, int query, int queries, int k) {
    List<Integer> rows =
        new ArrayList<>(IntStream.range(0, scores.length / queries).boxed().toList());
    rows.sort(Comparator.comparingDouble(r -> -scores[r * queries + query]));
    return rows.subList(0, k);
  }

  @Test
  void queries_that_use_few_directions_make_a_better_fit_than_principal_components() {
    int dim = 16;
    Random random = new Random(5);
    float[] items = anisotropic(1000, falling(dim, 0.9), random);
    double[] reversed = falling(dim, 0.5);
    for (int d = 0; d < dim / 2; d++) {
      double swapped = reversed[d];
      reversed[d] = reversed[dim - 1 - d];
      reversed[dim - 1 - d] = swapped;
    }
    float[] queries = anisotropic(200, reversed, random);
    Fitted knowing = fit(items, queries, dim, spec(0.2, 0, 1, 2, 4, 8, 16));
    MultiSizeTable blind = fit(items, null, dim, spec(0.2, 0, 1, 2, 4, 8, 16)).table();
    int[] tokens = IntStream.range(0, 1000).toArray();
    Quality ofBlind =
        FitMeasure.measure(
            blind,
            VectorSource.of("items", dim, items),
            tokens,
            VectorSource.of("queries", dim, queries),
            spec(0.2, 0),
            StepListener.NONE);
    assertThat(quality(knowing).scoreError()).isLessThan(ofBlind.scoreError() / 2);
    assertThat(quality(knowing).overlapAt10()).isGreaterThan(ofBlind.overlapAt10() + 0.1);
  }

  @Test
  void size_0_stands_for_the_mean_when_that_is_nearer() {
    int dim = 8;
    Random random = new Random(6);
    float[] centred = gaussians(400 * dim, random);
    float[] shifted = centred.clone();
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] = 0.3f * centred[i] + (i % dim < 4 ? 3 : -2);
    }
    Fitted mean = fit(shifted, null, dim, spec(0.1, 0, 4, 8));
    assertThat(mean.report().meanDefault()).isTrue();
    float[] defaultRow = mean.table().defaultRow();
    assertThat(defaultRow[0]).isCloseTo(3, within(0.2f));
    assertThat(defaultRow[7]).isCloseTo(-2, within(0.2f));
    assertThat(quality(mean).scoreError()).isLessThan(0.2); // dropped rows would be an error of 1
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void a_coarser_encoding_takes_fewer_bytes_and_moves_scores_little(Encoding encoding) {
    int dim = 32;
    Random random = new Random(9);
    float[] items = anisotropic(2000, falling(dim, 0.85), random);
    float[] queries = gaussians(100 * dim, random);
    int[] sizes = {0, 1, 2, 4, 8, 16, 32};
    Fitted exact = fit(items, queries, dim, spec(0.3, sizes));
    Fitted coarse = fit(items, queries, dim, new FitSpec(0.3, sizes, encoding, 50, 1));
    assertThat(coarse.report().numbers()).isEqualTo(exact.report().numbers());
    if (encoding == Encoding.FP32) {
      assertThat(coarse.report().bytes()).isEqualTo(exact.report().bytes());
    } else {
      assertThat(coarse.report().bytes()).isLessThan(exact.report().bytes() * 9 / 10);
    }
    double added =
        Math.sqrt(
            Math.max(
                0,
                Math.pow(quality(coarse).scoreError(), 2)
                    - Math.pow(quality(exact).scoreError(), 2)));
    assertThat(added).as("%s", quality(coarse)).isLessThan(encoding == Encoding.INT4 ? 0.15 : 0.02);
  }

  @Test
  void the_same_fit_twice_is_the_same_bit_for_bit() {
    float[] items = lowRank(300, 12, 12, new Random(7));
    Fitted one = fit(items, null, 12, FitSpec.of(0.3, 12));
    Fitted two = fit(items, null, 12, FitSpec.of(0.3, 12));
    float[] a = new float[12];
    float[] b = new float[12];
    for (int r = 0; r < 300; r++) {
      one.table().copyVector(r, a, 0);
      two.table().copyVector(r, b, 0);
      assertThat(a).isEqualTo(b);
    }
    assertThat(quality(one)).isEqualTo(quality(two));
  }

  @Test
  void degenerate_vectors_fit_too() {
    float[] zeros = new float[100 * 8];
    assertThat(quality(fit(zeros, null, 8, FitSpec.of(0.5, 8))).scoreError()).isZero();
    float[] alike = new float[100 * 8];
    Arrays.fill(alike, 2);
    assertThat(quality(fit(alike, null, 8, FitSpec.of(0.5, 8))).scoreError()).isLessThan(1e-5);
    assertThat(fit(new float[] {3, -1, 2}, null, 1, FitSpec.of(1, 1)).report().items())
        .isEqualTo(3);
  }

  @Test
  void bad_input_is_refused_with_its_place() {
    float[] items = lowRank(100, 8, 8, new Random(8));
    assertThatThrownBy(() -> FitSpec.of(0, 8)).hasMessageContaining("keep is 0.0");
    assertThatThrownBy(() -> FitSpec.of(1.01, 8)).hasMessageContaining("keep is 1.01");
    assertThatThrownBy(() -> FitSpec.of(Double.NaN, 8)).hasMessageContaining("keep is NaN");
    assertThatThrownBy(() -> fit(items, null, 8, spec(0.5, 0, 9)))
        .hasMessageContaining("size 9 is over the 8 dimensions of items");
    assertThatThrownBy(() -> fit(items, null, 8, spec(0.05, 0, 8)))
        .hasMessageContaining("take 72: keep at least 0.0900");
    assertThatThrownBy(() -> fit(items, new float[0], 8, spec(0.5, 0, 8)))
        .hasMessageContaining("queries has no vectors");
    assertThatThrownBy(() -> fit(new float[0], null, 8, spec(0.5, 0, 8)))
        .hasMessageContaining("items has no vectors");
    assertThatThrownBy(() -> fit(items, new float[16], 8, spec(0.5, 0, 8)))
        .hasMessageContaining("all query vectors are zero");
    float[] bad = items.clone();
    bad[8 * 41 + 5] = Float.NaN;
    assertThatThrownBy(() -> fit(bad, null, 8, spec(0.5, 0, 8)))
        .hasMessageContaining("items: row 41, value 5 is NaN");
    assertThatThrownBy(() -> fit(new float[] {1, 2, 3}, null, 3, spec(1, 0, 3)))
        .hasMessageContaining("too few items");
    assertThatThrownBy(() ->
            Fit.fit(
                "item",
                "entity",
                new int[3],
                VectorSource.of("items", 8, items),
                null,
                spec(0.5, 0, 8),
                StepListener.NONE))
        .hasMessageContaining("items has 100 vectors for 3 tokens");
  }
}
