package org.espalier.service.propagation;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.espalier.embeddings.fit.Fit;
import org.espalier.embeddings.store.Store;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.kgat.train.PropagatorTrainer;
import org.espalier.kgat.train.PropagatorTraining;
import org.espalier.kgat.train.TrainingMemory;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.service.platform.HeldOutMeasure;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.TypeWeights;

/**
 * Trains a propagator on a store's log and triples, and writes a generation: the vectors of users and items, and, where
 * the model can go on from it, the propagator itself.
 */
public final class PropagationTrainer {

  private final Store store;
  private final TypeWeights weights;
  private final Clock clock;
  private final PropagatedGenerations generations;

  /**
   * @param codeVersion goes into the manifest
   */
  public PropagationTrainer(
      Store store, InteractionProperties interactions, Clock clock, String codeVersion) {
    this.store = store;
    this.weights = new TypeWeights(store.dictionary(), interactions);
    this.clock = clock;
    this.generations = new PropagatedGenerations(store, clock, codeVersion);
  }

  /** Makes a generation of the log as it is now; see {@link #make(PropagationPlan, long, Path, PropagationListener,
   * BooleanSupplier)}. */
  public PropagationResult make(
      PropagationPlan plan,
      Path workFolder,
      PropagationListener listener,
      BooleanSupplier cancelled) {
    return make(plan, store.lastSequence(), workFolder, listener, cancelled);
  }

  /**
   * Makes a generation of the log up to a sequence and of all triples; does not activate it.
   *
   * @param workFolder an existing folder for a file that is removed at the end
   * @param listener is told what happens, in this thread
   * @param cancelled asked now and then; true, and true it then stays, ends it without a generation
   * @throws PropagationException when there is nothing to train on, too little memory, or the training diverges
   * @throws org.espalier.embeddings.store.StoreException when the store cannot be read or written
   */
  public PropagationResult make(
      PropagationPlan plan,
      long lastSequence,
      Path workFolder,
      PropagationListener listener,
      BooleanSupplier cancelled) {
    long startMs = clock.millis();
    listener.phase(PropagationPhase.READING);
    Optional<GraphSnapshot> read =
        GraphSnapshot.read(
            store,
            lastSequence,
            weights,
            plan.knowledge(),
            share -> listener.progress(share, ""),
            cancelled);
    if (read.isEmpty()) {
      return new PropagationResult.Cancelled();
    }
    GraphSnapshot snapshot = read.get();
    PropagatorSpec spec = plan.spec(snapshot.interactions());
    check(plan, spec, snapshot);
    Measured measured = measure(plan, spec, snapshot, listener, cancelled);
    if (cancelled.getAsBoolean()) {
      return new PropagationResult.Cancelled();
    }
    listener.phase(PropagationPhase.TRAINING);
    PropagatorTraining training =
        train(
            plan,
            measured.spec(),
            snapshot,
            snapshot.interactions(),
            Optional.empty(),
            listener,
            cancelled);
    if (cancelled.getAsBoolean()) {
      return new PropagationResult.Cancelled();
    }
    listener.phase(PropagationPhase.WRITING);
    FittedItems items = FittedItems.of(plan, snapshot.items(), training.vectors());
    int generation =
        generations.write(plan, snapshot, training, items, measured.metrics(), workFolder);
    return new PropagationResult.Made(
        generation,
        snapshot.users().length,
        snapshot.itemCount(),
        snapshot.entities().length,
        snapshot.interactions().size(),
        snapshot.knowledge().tripleCount(),
        training.outcome().epochs(),
        training.follows(),
        items.report(),
        measured.metrics(),
        Duration.ofMillis(clock.millis() - startMs));
  }

  private static void check(PropagationPlan plan, PropagatorSpec spec, GraphSnapshot snapshot) {
    Interactions interactions = snapshot.interactions();
    if (interactions.size() == 0) {
      throw new PropagationException(
          "there are no interactions to train on; send events of a type that has a weight"
              + " (espalier.interactions)");
    }
    requireRoomToFit(plan, spec, interactions.itemCount());
    long edges = (long) interactions.size() + snapshot.knowledge().tripleCount();
    long bytes =
        TrainingMemory.bytes(
            spec,
            interactions.userCount(),
            interactions.itemCount(),
            snapshot.entities().length,
            edges);
    if (bytes > plan.memoryBytesMax()) {
      throw new PropagationException(
          String.format(
              Locale.ROOT,
              "the training needs about %,d MB of memory for %,d users, %,d entities and %,d edges, and may take %,d MB:"
                  + " allow more, choose fewer dimensions, or the model fastrp",
              bytes >> 20,
              interactions.userCount(),
              snapshot.entities().length,
              edges,
              plan.memoryBytesMax() >> 20));
    }
  }

  private static void requireRoomToFit(PropagationPlan plan, PropagatorSpec spec, int items) {
    PropagationPlan.ItemFit fit = plan.fit();
    if (fit != null) {
      int dim = PropagationPlan.vectorDim(spec, items);
      try {
        Fit.requireRoom(items, dim, fit.spec(dim));
      } catch (IllegalArgumentException e) {
        throw new PropagationException("the items' vectors cannot be shortened: " + e.getMessage());
      }
    }
  }

  /** What was learned from holding out: how to train on everything, and how good that is. */
  private record Measured(PropagatorSpec spec, Map<String, Double> metrics) {}

  private static Measured measure(
      PropagationPlan plan,
      PropagatorSpec spec,
      GraphSnapshot snapshot,
      PropagationListener listener,
      BooleanSupplier cancelled) {
    Optional<HeldOutMeasure> heldOut = HeldOutMeasure.of(snapshot.interactions(), plan.heldOut());
    if (heldOut.isEmpty()) {
      return new Measured(spec, Map.of());
    }
    listener.phase(PropagationPhase.MEASURING);
    HeldOutMeasure slices = heldOut.get();
    PropagatorTraining training =
        train(
            plan,
            spec,
            snapshot,
            slices.train(),
            Optional.of(slices.validation()),
            listener,
            cancelled);
    RankingVectors vectors = training.vectors();
    int epochs = Math.max(1, training.outcome().bestEpoch());
    return new Measured(
        PropagationPlan.withEpochs(spec, epochs),
        cancelled.getAsBoolean() ? Map.of() : metrics(plan, slices, vectors));
  }

  /** Of what would be served; with shortened items, beside that of whole ones. */
  private static Map<String, Double> metrics(
      PropagationPlan plan, HeldOutMeasure slices, RankingVectors vectors) {
    int dim = vectors.dim();
    Map<String, Double> whole =
        slices.metrics(dim, vectors.users(), vectors.items(), plan.threads());
    if (plan.fit() == null) {
      return whole;
    }
    int[] items = IntStream.range(0, vectors.items().length / dim).toArray();
    float[] fitted = FittedItems.of(plan, items, vectors).vectors(items);
    Map<String, Double> metrics = slices.metrics(dim, vectors.users(), fitted, plan.threads());
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      metrics.put("whole " + metric.label(), whole.get(metric.label()));
    }
    return metrics;
  }

  private static PropagatorTraining train(
      PropagationPlan plan,
      PropagatorSpec spec,
      GraphSnapshot snapshot,
      Interactions interactions,
      Optional<Interactions> validation,
      PropagationListener listener,
      BooleanSupplier cancelled) {
    KnowledgeGraph knowledge = snapshot.knowledge();
    PropagatorTraining training =
        PropagatorTrainer.train(
            interactions,
            plan.knowledge() && knowledge.tripleCount() > 0
                ? Optional.of(knowledge)
                : Optional.empty(),
            validation,
            spec,
            plan.seed(),
            plan.threads(),
            new EpochProgress(listener),
            cancelled);
    if (training.outcome().reason() == Reason.DIVERGED) {
      throw new PropagationException(
          "the training diverged in epoch %d: its loss is not finite any more; train with another seed, fewer layers or the model fastrp"
              .formatted(training.outcome().epochs()));
    }
    return training;
  }
}
