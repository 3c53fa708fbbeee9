package org.espalier.kgat.refresh;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.PropagationSpec.Readout;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.RandomProjections;

/** Untrained propagators of every kind, and a sink that remembers. */
final class Models {

  private Models() {}

  /** A propagator's kind by name. */
  enum Kind {
    KGAT,
    SAGE_MEAN,
    GCN_SYMMETRIC,
    LIGHTGCN,
    FASTRP
  }

  static Propagator of(Kind kind, Ckg graph, long seed) {
    return switch (kind) {
      case KGAT ->
          Propagator.untrained(
              graph,
              new PropagationSpec(
                  8, List.of(8, 5), Aggregator.BI_INTERACTION, Readout.CONCATENATION, true, 0.01f),
              EdgeWeighting.ATTENTION,
              seed);
      case SAGE_MEAN ->
          Propagator.untrained(
              graph,
              new PropagationSpec(
                  7, List.of(6), Aggregator.GRAPH_SAGE, Readout.CONCATENATION, false, 0.2f),
              EdgeWeighting.MEAN,
              seed);
      case GCN_SYMMETRIC ->
          Propagator.untrained(
              graph,
              new PropagationSpec(6, List.of(6, 6, 6), Aggregator.GCN, Readout.MEAN, true, 0.2f),
              EdgeWeighting.SYMMETRIC,
              seed);
      case LIGHTGCN ->
          Propagator.untrained(
              graph,
              new PropagationSpec(9, List.of(9, 9), Aggregator.LINEAR, Readout.MEAN, false, 0),
              EdgeWeighting.SYMMETRIC,
              seed);
      case FASTRP -> RandomProjections.of(graph, 16, 0.1f, seed);
    };
  }

  static Ckg graph(int users, int entities, int edges, SplittableRandom random) {
    CkgBuilder builder = new CkgBuilder(users, entities);
    for (int i = 0; i < edges; i++) {
      int relation = random.nextInt(3);
      int head = random.nextInt(relation == 0 ? users : entities);
      builder.edge(relation, head, random.nextInt(entities), 1);
    }
    return builder.triple(0, 2, 1).build();
  }

  /** Keeps the last vector of each node. */
  static class Memory implements VectorSink {
    final Map<String, float[]> vectors = new HashMap<>();

    float[] of(String node) {
      return Objects.requireNonNull(vectors.get(node), node);
    }

    @Override
    public void user(int user, float[] vector) {
      vectors.put("u" + user, vector.clone());
    }

    @Override
    public void entity(int entity, float[] vector) {
      vectors.put("e" + entity, vector.clone());
    }

    @Override
    public void removedUser(int user) {
      vectors.remove("u" + user);
    }

    @Override
    public void removedEntity(int entity) {
      vectors.remove("e" + entity);
    }
  }
}
