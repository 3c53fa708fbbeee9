package org.espalier.service.propagation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.history.HistoryPropagatorFile;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.PropagatorFile;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.kgat.train.PropagatorTrainer;
import org.espalier.kgat.train.PropagatorTraining;
import org.espalier.kgat.train.TrainingMemory;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.service.platform.GraphGeneration;
import org.espalier.service.platform.HeldOutMeasure;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.TypeWeights;

/**
 * Trains a propagator on a store's log and triples, and writes a generation: the vectors of users and items, and, where
 * the model can go on from it, the propagator itself.
 */
public final class PropagationTrainer {

  private final Store store;
  private final TypeWeights weights;
  private final Clock clock;
  private final String codeVersion;

  /**
   * @param codeVersion goes into the manifest
   */
  public PropagationTrainer(
      Store store, InteractionProperties interactions, Clock clock, String codeVersion) {
    this.store = store;
    this.weights = new TypeWeights(store.dictionary(), interactions);
    this.clock = clock;
    this.codeVersion = codeVersion;
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
    int generation = write(plan, snapshot, training, measured.metrics(), workFolder);
    return new PropagationResult.Made(
        generation,
        snapshot.users().length,
        snapshot.itemCount(),
        snapshot.entities().length,
        snapshot.interactions().size(),
        snapshot.knowledge().tripleCount(),
        training.outcome().epochs(),
        training.follows(),
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
        cancelled.getAsBoolean()
            ? Map.of()
            : slices.metrics(vectors.dim(), vectors.users(), vectors.items(), plan.threads()));
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
            progressOf(listener),
            cancelled);
    if (training.outcome().reason() == Reason.DIVERGED) {
      throw new PropagationException(
          "the training diverged in epoch %d: its loss is not finite any more; train with another seed, fewer layers or the model fastrp"
              .formatted(training.outcome().epochs()));
    }
    return training;
  }

  private static TrainingListener progressOf(PropagationListener listener) {
    int[] epochsMax = {0};
    return event -> {
      switch (event) {
        case TrainingEvent.StepDone step -> {
          double ofEpoch = (double) step.samples() / Math.max(1, step.samplesTotal());
          listener.progress(
              epochsMax[0] == 0 ? 0 : (step.epoch() - 1 + ofEpoch) / epochsMax[0],
              String.format(Locale.ROOT, "epoch %d, loss %.4f", step.epoch(), step.lossMean()));
        }
        case TrainingEvent.EpochDone epoch -> {
          epochsMax[0] = epoch.epochsMax();
          listener.progress(
              (double) epoch.epoch() / epoch.epochsMax(),
              String.format(
                  Locale.ROOT,
                  "epoch %d of at most %d, loss %.4f",
                  epoch.epoch(),
                  epoch.epochsMax(),
                  epoch.lossMean()));
        }
        case TrainingEvent.Stopped _ -> listener.progress(1, "");
      }
    };
  }

  private int write(
      PropagationPlan plan,
      GraphSnapshot snapshot,
      PropagatorTraining training,
      Map<String, Double> metrics,
      Path workFolder) {
    RankingVectors vectors = training.vectors();
    Path file = workFolder.resolve(GraphGeneration.PROPAGATOR);
    Optional<HistoryPropagator> histories = training.histories();
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(
          MultiSizeTable.uniform(
              MfGeneration.ITEMS,
              Field.ENTITY.name(),
              vectors.dim(),
              snapshot.items(),
              vectors.items()));
      writer.table(
          MultiSizeTable.uniform(
              MfGeneration.USERS,
              Field.USER.name(),
              vectors.dim(),
              snapshot.users(),
              vectors.users()));
      if (training.propagator().isPresent()) {
        PropagatorFile.write(withStoreIds(training.propagator().get(), snapshot), file);
        writer.artefact(GraphGeneration.PROPAGATOR, file);
      }
      if (histories.isPresent()) {
        HistoryPropagatorFile.write(histories.get().renumbered(snapshot.items()), file);
        writer.artefact(GraphGeneration.HISTORY_PROPAGATOR, file);
      }
      return writer.commit(
          new ManifestDraft(
              clock.instant(),
              plan.modelName(),
              vectors.dim(),
              parameters(plan, snapshot, training),
              metrics,
              new Provenance(
                  plan.seed(),
                  1,
                  snapshot.lastSequence(),
                  codeVersion,
                  FloatKernels.best().name(),
                  List.of())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    } finally {
      delete(file);
    }
  }

  private static Propagator withStoreIds(Propagator propagator, GraphSnapshot snapshot) {
    return propagator.renumbered(
        snapshot.users(), Arrays.copyOf(snapshot.entities(), propagator.entityCount()));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }

  private static Map<String, Object> parameters(
      PropagationPlan plan, GraphSnapshot snapshot, PropagatorTraining training) {
    Map<String, Object> parameters = new TreeMap<>();
    if (plan.model() == PropagationPlan.Model.KGAT) {
      parameters.put("preset", plan.preset().name().toLowerCase(Locale.ROOT));
    }
    training
        .propagator()
        .ifPresent(propagator -> {
          parameters.put("base_dim", propagator.shape().dim());
          parameters.put(
              "layers",
              propagator.shape().layers().stream()
                  .map(String::valueOf)
                  .collect(Collectors.joining(",")));
        });
    parameters.put("parameters", training.parameters());
    parameters.put("epochs", training.outcome().epochs());
    parameters.put("interactions", snapshot.interactions().size());
    parameters.put("triples", snapshot.knowledge().tripleCount());
    parameters.put("held_out", plan.heldOut());
    return parameters;
  }
}
