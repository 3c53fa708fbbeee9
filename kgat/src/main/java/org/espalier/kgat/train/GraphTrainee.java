package org.espalier.kgat.train;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.model.BaseGradientSink;
import org.espalier.kgat.model.GraphLearner;
import org.espalier.kgat.model.PairBatch;
import org.espalier.kgat.model.Propagation;
import org.espalier.kgat.model.TripleBatch;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.train.Progress;
import org.espalier.learning.train.Trainee;

/**
 * Epochs as in KGAT's own training: every interaction once against an item that the user has not
 * seen, then every triple once against a corrupted tail, then attention is brought up to date.
 */
final class GraphTrainee implements Trainee {

  private final Ckg graph;
  private final GraphLearner learner;
  private final ItemSets seen;
  private final PropagatorSpec.Layered spec;
  private final int batch;
  private final ToDoubleFunction<Propagation> validation;
  private final SplittableRandom random;
  private final int[] pairUsers;
  private final int[] pairItems;
  private final int[] tripleHeads;
  private final int[] tripleEdges;
  private final PairBatch pairBatch;
  private final TripleBatch tripleBatch;
  private Optional<GraphLearner.Weights> kept = Optional.empty();

  /**
   * @param seen a user's items; a user who has seen all items trains nothing
   * @param spec whose settings the learner has
   * @param validation the metric of a propagation, NaN without a validation slice
   */
  GraphTrainee(
      Ckg graph,
      GraphLearner learner,
      ItemSets seen,
      PropagatorSpec.Layered spec,
      ToDoubleFunction<Propagation> validation,
      long seed) {
    this.graph = graph;
    this.learner = learner;
    this.seen = seen;
    this.spec = spec;
    this.batch = spec.batch();
    this.validation = validation;
    this.random = new SplittableRandom(seed);
    int pairs = 0;
    pairUsers = new int[seen.size()];
    for (int user = 0; user < seen.userCount(); user++) {
      for (int at = seen.begin(user); at < seen.end(user); at++) {
        pairUsers[pairs++] = user;
      }
    }
    pairItems = new int[pairs];
    for (int at = 0; at < pairs; at++) {
      pairItems[at] = seen.item(at);
    }
    int count = spec.triples() ? countTriples(graph) : 0;
    tripleHeads = new int[count];
    tripleEdges = new int[count];
    if (spec.triples()) {
      listTriples();
    }
    pairBatch = new PairBatch(graph.nodeCount(), batch);
    tripleBatch = new TripleBatch(graph.relationCount(), batch);
  }

  private static boolean isTriple(Ckg graph, int edge) {
    return graph.relation(edge) > 0 && graph.relation(edge) < graph.relationCount();
  }

  private static int countTriples(Ckg graph) {
    int count = 0;
    for (int e = 0; e < graph.edgeCount(); e++) {
      count += isTriple(graph, e) ? 1 : 0;
    }
    return count;
  }

  private void listTriples() {
    int count = 0;
    for (int node = graph.userCount(); node < graph.nodeCount(); node++) {
      for (int e = graph.begin(node); e < graph.end(node); e++) {
        if (isTriple(graph, e)) {
          tripleHeads[count] = node;
          tripleEdges[count++] = e;
        }
      }
    }
  }

  @Override
  public long samplesPerEpoch() {
    return (long) pairItems.length + tripleEdges.length;
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    learner.learningRate(
        spec.settings().learningRate() * spec.schedule().share(epoch, spec.epochsMax()));
    if (trainPairs(progress) && trainTriples(progress)) {
      learner.refreshWeights();
    }
  }

  /** One pass over the interactions that trains nothing: shows every batch's gradient of the base rows. */
  void showBaseGradients(BaseGradientSink sink, BooleanSupplier cancelled) {
    boolean _ =
        eachPairBatch(pairs -> {
          learner.showBaseGradient(pairs, sink);
          return !cancelled.getAsBoolean();
        });
  }

  private boolean trainPairs(Progress progress) {
    return eachPairBatch(pairs -> {
      double loss = pairs.size() == 0 ? 0 : learner.rankingStep(pairs);
      return progress.advance(pairs.size(), loss * pairs.size());
    });
  }

  /** Draws batches until every interaction was there once, or a step says that it was the last. */
  private boolean eachPairBatch(Predicate<PairBatch> step) {
    shuffle(pairUsers, pairItems);
    for (int from = 0; from < pairItems.length; from += batch) {
      pairBatch.clear();
      for (int i = from; i < Math.min(pairItems.length, from + batch); i++) {
        int user = pairUsers[i];
        if (seen.count(user) < seen.itemCount()) {
          pairBatch.add(
              user, graph.nodeOfEntity(pairItems[i]), graph.nodeOfEntity(unseenItem(user)));
        }
      }
      if (!step.test(pairBatch)) {
        return false;
      }
    }
    return true;
  }

  private int unseenItem(int user) {
    int item;
    do {
      item = random.nextInt(seen.itemCount());
    } while (seen.contains(user, item));
    return item;
  }

  private boolean trainTriples(Progress progress) {
    shuffle(tripleHeads, tripleEdges);
    for (int from = 0; from < tripleEdges.length; from += batch) {
      tripleBatch.clear();
      for (int i = from; i < Math.min(tripleEdges.length, from + batch); i++) {
        int edge = tripleEdges[i];
        // Drawn blindly: that a random entity is a true tail too is rare and does little harm.
        int corrupted = graph.nodeOfEntity(random.nextInt(graph.entityCount()));
        tripleBatch.add(tripleHeads[i], graph.relation(edge), graph.tail(edge), corrupted);
      }
      double loss = learner.tripleStep(tripleBatch);
      if (!progress.advance(tripleBatch.size(), loss * tripleBatch.size())) {
        return false;
      }
    }
    return true;
  }

  private void shuffle(int[] first, int[] second) {
    for (int i = first.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int x = first[i];
      first[i] = first[j];
      first[j] = x;
      int y = second[i];
      second[i] = second[j];
      second[j] = y;
    }
  }

  @Override
  public double validate() {
    return validation.applyAsDouble(learner.propagate());
  }

  @Override
  public void keep() {
    kept = Optional.of(learner.copyWeights());
  }

  @Override
  public void restore() {
    kept.ifPresent(learner::restore);
  }
}
