package org.espalier.kgat.model;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;

/**
 * Node vectors without training, in the manner of FastRP (Chen et al., CIKM 2019): every entity gets a
 * very sparse random vector, and a few walks along the edges, weighed by {@code 1/√(degree of head ·
 * degree of tail)}, carry them through the graph.
 *
 * <p>Unlike there, users have no random vector of their own, walks of one length make a vector, and
 * rows keep their length. A user's vector is what one step brings, an entity's what two steps bring:
 * since the random vectors are nearly orthogonal, the inner product of the two estimates the weight of
 * all walks of three steps from the user to the entity, which is the neighbourhood score of
 * collaborative filtering. On MovieLens 100K's validation slice this has twice the NDCG of the paper's
 * sum of normalised rows.
 */
public final class RandomProjections {

  /** Chosen on the same slice; without any, items that only triples reach outshine all others. */
  private static final float SMOOTHING = 5;

  private RandomProjections() {}

  /**
   * The random rows and how they walk; the error of a score falls with {@code √dim}.
   *
   * @param tripleWeight what a triple weighs in the graph where an interaction weighs 1
   */
  public static Propagator of(Ckg graph, int dim, float tripleWeight, long seed) {
    PropagationSpec spec =
        new PropagationSpec(
            dim, List.of(dim, dim), Aggregator.LINEAR, PropagationSpec.Readout.MEETING, false, 0);
    LayerWeights weightless = LayerWeights.zeros(Aggregator.LINEAR, dim, dim);
    return new Propagator(
        spec,
        EdgeWeighting.SYMMETRIC,
        SMOOTHING,
        tripleWeight,
        graph.userCount(),
        randomRows(graph, dim, new SplittableRandom(seed)),
        List.of(weightless, weightless),
        Optional.empty());
  }

  /** Entries are √3, 0 and −√3 with chances 1/6, 2/3 and 1/6 (Achlioptas, PODS 2001). */
  private static float[] randomRows(Ckg graph, int dim, SplittableRandom random) {
    float[] rows = new float[Math.multiplyExact(graph.nodeCount(), dim)];
    float value = (float) Math.sqrt(3);
    for (int i = graph.userCount() * dim; i < rows.length; i++) {
      int die = random.nextInt(6);
      rows[i] = die == 0 ? value : die == 1 ? -value : 0;
    }
    return rows;
  }
}
