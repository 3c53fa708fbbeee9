package org.espalier.embeddings.fit;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.fit.FitReport.Quality;
import org.espalier.embeddings.fit.PrefixAllocator.Allocation;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.TableShape;
import org.espalier.embeddings.table.VectorSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes a multi-size table of dense item vectors (the design, section 5.5): rotates them so that
 * coordinates come in the order in which they move scores ({@link ScoreAxes}), gives every item the
 * prefix that the budget's price allows ({@link PrefixAllocator}), and keeps the way back in the table's
 * basis, so that queries stay in the space they come from.
 *
 * <p>The vectors are read five to seven times in blocks; memory is that of the result and a number for every item and allowed size.
 */
public final class Fit {

  private static final FloatKernel KERNEL = FloatKernels.best();

  /** The table and what there is to say of it. */
  public record Fitted(MultiSizeTable table, FitReport report) {}

  private final VectorSource items;
  private final FitSpec spec;
  private final StepListener listener;
  private final int dim;
  private final ScoreAxes axes;

  private Fit(VectorSource items, FitSpec spec, StepListener listener, ScoreAxes axes) {
    this.items = items;
    this.spec = spec;
    this.listener = listener;
    this.dim = items.dim();
    this.axes = axes;
  }

  /**
   * Fits a table.
   *
   * @param name of the table
   * @param field whose ids the tokens are
   * @param tokens tokens[r] has vector r
   * @param queries what the items are scored with; null for principal components
   * @throws IllegalArgumentException naming source and row, for vectors that are not finite, dims that
   *     disagree, or a budget without room for the rotation
   */
  public static Fitted fit(
      String name,
      String field,
      int[] tokens,
      VectorSource items,
      @Nullable VectorSource queries,
      FitSpec spec,
      StepListener listener) {
    long startNs = System.nanoTime();
    requireShapes(tokens, items, queries, spec);
    long budget = rowBudget(items, spec);
    double @Nullable [] queryMoment =
        queries == null ? null : SecondMoment.of(queries, "reading queries", listener);
    ScoreAxes axes =
        ScoreAxes.of(
            items.dim(),
            SecondMoment.of(items, "reading items", listener),
            queryMoment,
            queries == null ? 0 : queries.count());
    Fit fit = new Fit(items, spec, listener, axes);

    float[] gains = fit.gains();
    Allocation allocation = new PrefixAllocator(spec.sizes(), gains).allocate(budget);
    float[] defaultRow = new float[items.dim()];
    if (spec.sizes()[0] == 0) {
      float[] mean = fit.meanOfDropped(allocation);
      fit.gainOfDefault(mean, gains);
      Allocation withMean = new PrefixAllocator(spec.sizes(), gains).allocate(budget);
      if (withMean.gain() > allocation.gain()) {
        allocation = withMean;
        defaultRow = mean;
      }
    }
    MultiSizeTable table = fit.build(name, field, tokens, allocation, defaultRow);
    Quality quality =
        spec.measuredQueries() == 0
            ? null
            : FitMeasure.measure(
                table, items, tokens, queries == null ? items : queries, spec, listener);
    boolean meanDefault = !Arrays.equals(defaultRow, new float[items.dim()]);
    double seconds = (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
    return new Fitted(
        table, report(table.shape(), spec, allocation, meanDefault, quality, seconds));
  }

  private static void requireShapes(
      int[] tokens, VectorSource items, @Nullable VectorSource queries, FitSpec spec) {
    int largest = spec.sizes()[spec.sizes().length - 1];
    if (items.count() == 0) {
      throw new IllegalArgumentException(items.name() + " has no vectors");
    }
    if (tokens.length != items.count()) {
      throw new IllegalArgumentException(
          "%s has %d vectors for %d tokens".formatted(items.name(), items.count(), tokens.length));
    }
    if (largest > items.dim()) {
      throw new IllegalArgumentException(
          "size %d is over the %d dimensions of %s".formatted(largest, items.dim(), items.name()));
    }
    if (queries != null && queries.count() == 0) {
      throw new IllegalArgumentException(queries.name() + " has no vectors");
    }
    if (queries != null && queries.dim() != items.dim()) {
      throw new IllegalArgumentException(
          "%s has %d dimensions, %s has %d"
              .formatted(queries.name(), queries.dim(), items.name(), items.dim()));
    }
  }

  /** The numbers that the budget leaves for rows. */
  private static long rowBudget(VectorSource items, FitSpec spec) {
    long full = (long) items.count() * items.dim();
    long least = fixedNumbers(items.dim()) + (long) items.count() * spec.sizes()[0];
    long allowed = (long) Math.floor(spec.keep() * full);
    if (allowed < least) {
      throw new IllegalArgumentException(
          ("keep %s of %d · %d numbers is %d, and the rotation, the default row and the least sizes"
                  + " take %d: %s")
              .formatted(
                  spec.keep(),
                  items.count(),
                  items.dim(),
                  allowed,
                  least,
                  least > full
                      ? "there are too few items to fit"
                      : "keep at least %.4f".formatted(Math.ceil(1e4 * least / full) / 1e4)));
    }
    return allowed - fixedNumbers(items.dim());
  }

  /** Numbers of the rotation and the default row. */
  private static long fixedNumbers(int dim) {
    return (long) dim * dim + dim;
  }

  /** (items, sizes): the expected squared score error that a prefix saves against a zero vector. */
  private float[] gains() {
    int[] sizes = spec.sizes();
    float[] gains = new float[Math.multiplyExact(items.count(), sizes.length)];
    float[] row = new float[dim];
    float[] y = new float[dim];
    float[] coordinates = axes.coordinates();
    Blocks.forEach(
        items,
        "choosing sizes",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            System.arraycopy(vectors, r * dim, row, 0, dim);
            KERNEL.scoreRows(row, 0, dim, coordinates, dim, y);
            double saved = 0;
            int d = 0;
            for (int s = 0; s < sizes.length; s++) {
              for (; d < sizes[s]; d++) {
                saved += (double) y[d] * y[d];
              }
              gains[(from + r) * sizes.length + s] = (float) saved;
            }
          }
        });
    return gains;
  }

  /** The mean of the items of size 0, (D), which is the best that one vector can do for them. */
  private float[] meanOfDropped(Allocation allocation) {
    double[] sum = new double[dim];
    long[] count = {0};
    Blocks.forEach(
        items,
        "averaging what is dropped",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            if (allocation.choices()[from + r] == 0) {
              count[0]++;
              for (int d = 0; d < dim; d++) {
                sum[d] += vectors[r * dim + d];
              }
            }
          }
        });
    float[] mean = new float[dim];
    for (int d = 0; d < dim && count[0] > 0; d++) {
      mean[d] = (float) (sum[d] / count[0]);
    }
    return mean;
  }

  /** Puts what the default row m saves for x in the column of size 0: {@code 2 mᵀCx − mᵀCm}. */
  private void gainOfDefault(float[] mean, float[] gains) {
    double[] m = new double[dim];
    for (int d = 0; d < dim; d++) {
      m[d] = mean[d];
    }
    double[] weighted = axes.weighted(m);
    double own = 0;
    for (int d = 0; d < dim; d++) {
      own += m[d] * weighted[d];
    }
    double ownEnergy = own;
    int width = spec.sizes().length;
    Blocks.forEach(
        items,
        "weighing the default row",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            double shared = 0;
            for (int d = 0; d < dim; d++) {
              shared += weighted[d] * vectors[r * dim + d];
            }
            gains[(from + r) * width] = (float) (2 * shared - ownEnergy);
          }
        });
  }

  private MultiSizeTable build(
      String name, String field, int[] tokens, Allocation allocation, float[] defaultRow) {
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder(name, field, dim)
            .sizes(spec.sizes())
            .basis(Basis.rotated(dim, axes.directions()))
            .encoding(spec.encoding())
            .defaultRow(defaultRow);
    float[] row = new float[dim];
    float[] y = new float[dim];
    float[] coordinates = axes.coordinates();
    Blocks.forEach(
        items,
        "writing rows",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            int size = spec.sizes()[allocation.choices()[from + r]];
            System.arraycopy(vectors, r * dim, row, 0, dim);
            KERNEL.scoreRows(row, 0, dim, coordinates, size, y);
            builder.add(tokens[from + r], y, 0, size);
          }
        });
    return builder.build();
  }

  private static FitReport report(
      TableShape shape,
      FitSpec spec,
      Allocation allocation,
      boolean meanDefault,
      @Nullable Quality quality,
      double seconds) {
    int items = Math.toIntExact(shape.rowCount());
    long numbers = allocation.numbers() + fixedNumbers(shape.dim());
    long full = (long) items * shape.dim();
    return new FitReport(
        items,
        shape.dim(),
        spec.keep(),
        (double) numbers / full,
        numbers,
        shape.payloadBytes() + Float.BYTES * fixedNumbers(shape.dim()),
        Float.BYTES * full,
        allocation.price(),
        meanDefault,
        shape.groups(),
        quality,
        seconds);
  }
}
