package org.espalier.embeddings.fit;

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

  /**
   * Sizes and what size 0 stands for.
   *
   * @param defaultRow (D), the mean of the items of size 0, or zero
   */
  @SuppressWarnings("ArrayRecordComponent") // of one fit; never compared
  private record Choice(Allocation allocation, float[] defaultRow, boolean meanDefault) {}

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
    long budget = rowBudget(items.count(), items.dim(), spec);
    double @Nullable [] queryMoment =
        queries == null ? null : SecondMoment.of(queries, "reading queries", listener);
    ScoreAxes axes =
        ScoreAxes.of(
            items.dim(),
            SecondMoment.of(items, "reading items", listener),
            queryMoment,
            queries == null ? 0 : queries.count());
    Choice choice = choose(new ItemGains(items, axes, spec.sizes(), listener), spec, budget);
    MultiSizeTable table = new Fit(items, spec, listener, axes).build(name, field, tokens, choice);
    Quality quality =
        spec.measuredQueries() == 0
            ? null
            : FitMeasure.measure(
                table, items, tokens, queries == null ? items : queries, spec, listener);
    double seconds = (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
    return new Fitted(table, report(table.shape(), spec, choice, quality, seconds));
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

  /**
   * Checks that a budget has room for the rotation, the default row and the least sizes.
   *
   * @throws IllegalArgumentException when it has not
   */
  public static void requireRoom(int items, int dim, FitSpec spec) {
    var _ = rowBudget(items, dim, spec);
  }

  /** The numbers that the budget leaves for rows. */
  private static long rowBudget(int items, int dim, FitSpec spec) {
    long full = (long) items * dim;
    long least = fixedNumbers(dim) + (long) items * spec.sizes()[0];
    long allowed = (long) Math.floor(spec.keep() * full);
    if (allowed < least) {
      throw new IllegalArgumentException(
          ("keep %s of %d · %d numbers is %d, and the rotation, the default row and the least sizes"
                  + " take %d: %s")
              .formatted(
                  spec.keep(),
                  items,
                  dim,
                  allowed,
                  least,
                  least > full
                      ? "there are too few items to fit"
                      : "keep at least %.4f".formatted(Math.ceil(1e4 * least / full) / 1e4)));
    }
    return allowed - fixedNumbers(dim);
  }

  /** Numbers of the rotation and the default row. */
  private static long fixedNumbers(int dim) {
    return (long) dim * dim + dim;
  }

  /** Sizes by price, with the mean for a default row where that leaves less error. */
  private static Choice choose(ItemGains gains, FitSpec spec, long budget) {
    int dim = gains.dim();
    float[] values = gains.ofPrefixes();
    Allocation withZero = new PrefixAllocator(spec.sizes(), values).allocate(budget);
    if (spec.sizes()[0] > 0) {
      return new Choice(withZero, new float[dim], false);
    }
    float[] mean = gains.meanOfDropped(withZero);
    gains.putDefault(mean, values);
    Allocation withMean = new PrefixAllocator(spec.sizes(), values).allocate(budget);
    return withMean.gain() > withZero.gain()
        ? new Choice(withMean, mean, true)
        : new Choice(withZero, new float[dim], false);
  }

  private MultiSizeTable build(String name, String field, int[] tokens, Choice choice) {
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder(name, field, dim)
            .sizes(spec.sizes())
            .basis(Basis.rotated(dim, axes.directions()))
            .encoding(spec.encoding())
            .defaultRow(choice.defaultRow());
    float[] row = new float[dim];
    float[] y = new float[dim];
    float[] coordinates = axes.coordinates();
    Blocks.forEach(
        items,
        "writing rows",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            int size = spec.sizes()[choice.allocation().choices()[from + r]];
            System.arraycopy(vectors, r * dim, row, 0, dim);
            KERNEL.scoreRows(row, 0, dim, coordinates, size, y);
            builder.add(tokens[from + r], y, 0, size);
          }
        });
    return builder.build();
  }

  private static FitReport report(
      TableShape shape, FitSpec spec, Choice choice, @Nullable Quality quality, double seconds) {
    int items = Math.toIntExact(shape.rowCount());
    long numbers = choice.allocation().numbers() + fixedNumbers(shape.dim());
    long full = (long) items * shape.dim();
    return new FitReport(
        items,
        shape.dim(),
        spec.keep(),
        (double) numbers / full,
        numbers,
        shape.payloadBytes() + Float.BYTES * fixedNumbers(shape.dim()),
        Float.BYTES * full,
        choice.allocation().price(),
        choice.meanDefault(),
        shape.groups(),
        quality,
        seconds);
  }
}
