package org.espalier.kgat.history;

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
 * <p>Scores are {@code Z·B} of histories Z, with B of low rank: an item's vector is its row of one
 * table, a user's the sum of the rows of the other that belong to the items of the history, so a new
 * event is one addition. Catalogues of up to 16,000 items have B in full before it is cut to a rank
 * ({@link DenseForm}); larger ones have P in the leading directions of G alone ({@link LeadingForm}).
 * Where histories are too short to regress on, B is G itself ({@link CommonForm}).
 */
public final class ClosedForm {

  /** Above, the matrices of a dense fit take more than 2 GB, and its n³ multiply-adds minutes. */
  public static final int DENSE_ITEMS_MAX = 16_000;

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final int items;
  private final int dim;
  private final float[] source;
  private final float[] target;

  /**
   * @param source (items, dim), what an item of a history adds to its user
   * @param target (items, dim)
   */
  ClosedForm(int items, int dim, float[] source, float[] target) {
    this.items = items;
    this.dim = dim;
    this.source = source;
    this.target = target;
  }

  /** Fits to interactions and to the triples of the graph, whose first entities are the items. */
  public static ClosedForm fit(
      Interactions train, Ckg graph, ClosedFormSpec spec, long seed, Workers workers) {
    ItemAffinity affinity = new ItemAffinity(train, graph, spec);
    int items = train.itemCount();
    return switch (spec.rule()) {
      case COMMON -> CommonForm.fit(affinity, items, spec, seed, workers);
      case REGRESSION ->
          items <= DENSE_ITEMS_MAX
              ? DenseForm.fit(affinity, ItemSets.of(train), spec, seed, workers)
              : LeadingForm.fit(affinity, items, spec, seed, workers);
    };
  }

  /** Values of a vector. */
  public int dim() {
    return dim;
  }

  int itemCount() {
    return items;
  }

  /** (items, dim); shared. */
  float[] source() {
    return source;
  }

  /** (items, dim); shared. */
  float[] target() {
    return target;
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
