package org.espalier.kgat.history;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;

/**
 * The squared-loss half: the best linear prediction of each item from the other items of a history
 * (EASE; Steck, WWW 2019), over paths through users, through sittings and through the knowledge graph
 * ({@link ItemAffinity}). With {@code P = (G + λI)⁻¹}: {@code B = −P_ij/P_jj}, diagonal zero.
 *
 * <p>Scores {@code Z·B} of histories Z are then projected to the subspace in which they vary most,
 * with an orthonormal basis V: an item's vector is its row of V, a user's the sum of the rows of {@code
 * B·V} of their items, so a new event is one addition.
 *
 * <p>Costs n² floats and n³ multiply-adds for n items.
 */
public final class ClosedForm {

  /** Above, the matrices of a fit take more than 2 GB, and its n³ multiply-adds minutes. */
  private static final int ITEMS_MAX = 16_000;

  /** Powers of the subspace iteration: the leading directions are separated long before. */
  private static final int ITERATIONS = 6;

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final int items;
  private final int dim;
  private final float[] source;
  private final float[] target;

  private ClosedForm(int items, int dim, float[] source, float[] target) {
    this.items = items;
    this.dim = dim;
    this.source = source;
    this.target = target;
  }

  /**
   * Fits to interactions and to the triples of the graph, whose first entities are the items.
   *
   * @throws IllegalArgumentException when there are more than 16,000 items
   */
  public static ClosedForm fit(
      Interactions train, Ckg graph, ClosedFormSpec spec, long seed, Workers workers) {
    int items = train.itemCount();
    if (items > ITEMS_MAX) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d items are too many for a closed form, which takes at most %,d: use layers instead",
              items,
              ITEMS_MAX));
    }
    float[] weights = ItemAffinity.of(train, graph, spec);
    for (int i = 0; i < items; i++) {
      weights[i * items + i] += spec.regularisation();
    }
    SquareMatrix.invert(weights, items, workers);
    toPrediction(weights, items);
    int rank = Math.min(spec.rank(), items);
    float[] basis = basis(weights, ItemSets.of(train), rank, seed, workers); // (rank, items)
    float[] target = SquareMatrix.transposed(basis, rank, items);
    float[] source = SquareMatrix.product(weights, items, items, target, rank, workers);
    return new ClosedForm(items, rank, source, target);
  }

  /** From P to B. */
  private static void toPrediction(float[] p, int n) {
    float[] diagonal = new float[n];
    for (int j = 0; j < n; j++) {
      diagonal[j] = p[j * n + j];
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
      }
    }
  }

  /** Subspace iteration on {@code (Z·B)ᵀ(Z·B)}; vectors are rows here. */
  private static float[] basis(
      float[] b, ItemSets histories, int rank, long seed, Workers workers) {
    int items = histories.itemCount();
    SplittableRandom random = new SplittableRandom(seed);
    float[] v = new float[Math.multiplyExact(rank, items)];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    float[] bTransposed = SquareMatrix.transposed(b, items, items);
    SquareMatrix.orthonormalise(v, rank, items);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      float[] ofItems = SquareMatrix.product(v, rank, items, bTransposed, items, workers);
      throughHistories(ofItems, rank, histories, workers);
      v = SquareMatrix.product(ofItems, rank, items, b, items, workers);
      SquareMatrix.orthonormalise(v, rank, items);
    }
    return v;
  }

  /** Replaces each row x (items) by {@code ZᵀZ·x}. */
  private static void throughHistories(
      float[] rows, int count, ItemSets histories, Workers workers) {
    int items = histories.itemCount();
    workers.forBlocks(
        count,
        4,
        (from, to, _) -> {
          float[] result = new float[items];
          for (int r = from; r < to; r++) {
            Arrays.fill(result, 0);
            for (int user = 0; user < histories.userCount(); user++) {
              float sum = 0;
              for (int at = histories.begin(user); at < histories.end(user); at++) {
                sum += rows[r * items + histories.item(at)];
              }
              for (int at = histories.begin(user); at < histories.end(user); at++) {
                result[histories.item(at)] += sum;
              }
            }
            System.arraycopy(result, 0, rows, r * items, items);
          }
        });
  }

  /** Values of a vector. */
  public int dim() {
    return dim;
  }

  /** Floats of both tables. */
  long parameters() {
    return (long) source.length + target.length;
  }

  /** The vectors of all users, given their histories, and of all items. */
  public RankingVectors vectors(ItemSets histories) {
    if (histories.itemCount() != items) {
      throw new IllegalArgumentException(
          "%d items, fitted to %d".formatted(histories.itemCount(), items));
    }
    float[] users = new float[Math.multiplyExact(histories.userCount(), dim)];
    for (int user = 0; user < histories.userCount(); user++) {
      for (int at = histories.begin(user); at < histories.end(user); at++) {
        KERNEL.axpy(1, source, histories.item(at) * dim, users, user * dim, dim);
      }
    }
    return new RankingVectors(dim, users, target);
  }
}
