package org.espalier.kgat.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;

/** Small graphs and random weights for tests. */
final class TinyGraphs {

  private TinyGraphs() {}

  /** 5 users, 9 entities, 3 relations, a self-loop, a duplicate, an isolated user and entity. */
  static Ckg random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CkgBuilder builder = new CkgBuilder(5, 9);
    for (int i = 0; i < 12; i++) {
      builder.interaction(random.nextInt(4), random.nextInt(6), 1);
      builder.triple(random.nextInt(8), 1 + random.nextInt(2), random.nextInt(8));
    }
    return builder.triple(2, 1, 2).interaction(0, 1, 1).interaction(0, 1, 1).build();
  }

  static float[] values(int n, double bound, SplittableRandom random) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-bound, bound);
    }
    return x;
  }

  static List<LayerWeights> layers(PropagationSpec spec, SplittableRandom random) {
    List<LayerWeights> layers = new ArrayList<>();
    for (int l = 1; l <= spec.depth(); l++) {
      LayerWeights weights =
          LayerWeights.random(spec.aggregator(), spec.size(l - 1), spec.size(l), random);
      for (int i = 0; i < weights.values().length; i++) {
        weights.values()[i] += (float) random.nextDouble(-0.2, 0.2); // biases that are not zero
      }
      layers.add(weights);
    }
    return layers;
  }

  static List<LayerWeights> zeros(PropagationSpec spec) {
    List<LayerWeights> layers = new ArrayList<>();
    for (int l = 1; l <= spec.depth(); l++) {
      layers.add(LayerWeights.zeros(spec.aggregator(), spec.size(l - 1), spec.size(l)));
    }
    return layers;
  }
}
