package org.espalier.kgat.train;

import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.GraphLearner;
import org.espalier.kgat.model.Propagation;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.kernel.Workers;

/**
 * What the training of layers is made of.
 *
 * @param withTriples whether the graph has the triples
 */
record LayeredTraining(Ckg graph, GraphLearner learner, GraphTrainee trainee, boolean withTriples) {

  /**
   * Before the first step.
   *
   * @param validation see {@link GraphTrainee}
   */
  static LayeredTraining of(
      Interactions train,
      Optional<KnowledgeGraph> knowledge,
      PropagatorSpec.Layered spec,
      ToDoubleFunction<Propagation> validation,
      long seed,
      Workers workers) {
    boolean withTriples = spec.shape().aggregator() != Aggregator.LINEAR;
    Ckg graph = CkgFolder.graph(train, withTriples ? knowledge : Optional.empty());
    GraphLearner learner =
        new GraphLearner(
            graph,
            spec.shape(),
            spec.sizing(),
            spec.weighting(),
            spec.settings(),
            spec.batch(),
            seed,
            workers);
    GraphTrainee trainee =
        new GraphTrainee(graph, learner, ItemSets.of(train), spec, validation, seed);
    return new LayeredTraining(graph, learner, trainee, withTriples);
  }
}
