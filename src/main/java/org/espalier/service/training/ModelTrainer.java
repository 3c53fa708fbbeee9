package org.espalier.service.training;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.service.platform.HeldOutMeasure;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.TypeWeights;
import org.espalier.service.training.TrainingStep.Purpose;

/**
 * Trains a factorisation on a store's log and writes it as a generation. The log may grow meanwhile; what comes later is
 * folded in by whoever serves the generation.
 */
public final class ModelTrainer {

  private final Store store;
  private final TypeWeights weights;
  private final Clock clock;
  private final String codeVersion;

  /**
   * @param codeVersion goes into the manifest
   */
  public ModelTrainer(
      Store store, InteractionProperties interactions, Clock clock, String codeVersion) {
    this.store = store;
    this.weights = new TypeWeights(store.dictionary(), interactions);
    this.clock = clock;
    this.codeVersion = codeVersion;
  }

  /**
   * Makes a generation of the log as it is now; does not activate it. See {@link #train(TrainingSpec, long, Consumer,
   * BooleanSupplier)}.
   */
  public TrainingResult train(
      TrainingSpec spec, Consumer<TrainingStep> listener, BooleanSupplier cancelled) {
    return train(spec, store.lastSequence(), listener, cancelled);
  }

  /**
   * Makes a generation of the log up to a sequence; does not activate it. The same spec and sequence make the same
   * generation, as long as nobody in the log was erased.
   *
   * @param lastSequence at most the log's
   * @param listener is told what happens, in this thread
   * @param cancelled asked now and then; true, and true it then stays, ends the training without a generation
   * @throws TrainingException when the log has nothing to train on, or the training diverges
   * @throws org.espalier.embeddings.store.StoreException when the store cannot be read or written
   */
  public TrainingResult train(
      TrainingSpec spec,
      long lastSequence,
      Consumer<TrainingStep> listener,
      BooleanSupplier cancelled) {
    long startMs = clock.millis();
    Optional<Snapshot> read =
        Snapshot.read(
            store, lastSequence, Snapshot.FROM_THE_FIRST, weights, listener::accept, cancelled);
    if (read.isEmpty()) {
      return new TrainingResult.Cancelled();
    }
    Snapshot snapshot = read.get();
    if (snapshot.interactions().size() == 0) {
      throw new TrainingException(
          "there are no interactions to train on; send events of a type that has a weight"
              + " (espalier.interactions)");
    }
    MfSpec mf = specOf(spec, snapshot.interactions());
    Measured measured = measure(spec, mf, snapshot.interactions(), listener, cancelled);
    if (cancelled.getAsBoolean()) {
      return new TrainingResult.Cancelled();
    }
    MfSpec known = mf.withEpochsMax(measured.epochs());
    MfModel model =
        run(known, snapshot.interactions(), Optional.empty(), Purpose.SERVE, listener, cancelled)
            .model();
    if (cancelled.getAsBoolean()) {
      return new TrainingResult.Cancelled();
    }
    int generation = write(spec, known, snapshot, model, measured.metrics(), listener);
    return new TrainingResult.Trained(
        generation,
        snapshot.users().length,
        snapshot.items().length,
        snapshot.interactions().size(),
        measured.epochs(),
        measured.metrics(),
        Duration.ofMillis(clock.millis() - startMs));
  }

  /** What was learned from holding out: how long to train, and how good that is. */
  private record Measured(int epochs, Map<String, Double> metrics) {}

  private static Measured measure(
      TrainingSpec spec,
      MfSpec mf,
      Interactions all,
      Consumer<TrainingStep> listener,
      BooleanSupplier cancelled) {
    Optional<HeldOutMeasure> heldOut = HeldOutMeasure.of(all, spec.heldOut());
    if (heldOut.isEmpty()) {
      return new Measured(mf.epochsMax(), Map.of());
    }
    HeldOutMeasure slices = heldOut.get();
    Optional<Interactions> validation = Optional.of(slices.validation());
    MfTraining training = run(mf, slices.train(), validation, Purpose.MEASURE, listener, cancelled);
    int epochs = Math.max(1, training.outcome().bestEpoch());
    MfModel model = training.model();
    return new Measured(
        epochs,
        slices.metrics(model.dim(), model.userVectors(), model.itemVectors(), spec.threads()));
  }

  private static MfSpec specOf(TrainingSpec spec, Interactions interactions) {
    // Threads that race for BPR's rows would make its generations impossible to repeat.
    int threads = spec.loss() == MfLoss.BPR ? 1 : spec.threads();
    return MfSpec.of(spec.loss(), interactions.itemCount(), spec.seed())
        .withDim(spec.dim())
        .withThreads(threads);
  }

  private static MfTraining run(
      MfSpec spec,
      Interactions train,
      Optional<Interactions> validation,
      Purpose purpose,
      Consumer<TrainingStep> listener,
      BooleanSupplier cancelled) {
    MfTraining training =
        MfTrainer.train(
            train,
            validation,
            spec,
            event -> listener.accept(new TrainingStep.Training(purpose, event)),
            cancelled);
    if (training.outcome().reason() == Reason.DIVERGED) {
      throw new TrainingException(
          "the training diverged in epoch %d; train with loss als"
              .formatted(training.outcome().epochs()));
    }
    return training;
  }

  private int write(
      TrainingSpec spec,
      MfSpec mf,
      Snapshot snapshot,
      MfModel model,
      Map<String, Double> metrics,
      Consumer<TrainingStep> listener) {
    try (GenerationWriter writer = store.generations().begin()) {
      listener.accept(new TrainingStep.Writing(writer.number()));
      writer.table(
          MultiSizeTable.uniform(
              MfGeneration.ITEMS,
              Field.ENTITY.name(),
              model.dim(),
              snapshot.items(),
              model.itemVectors()));
      writer.table(
          MultiSizeTable.uniform(
              MfGeneration.USERS,
              Field.USER.name(),
              model.dim(),
              snapshot.users(),
              model.userVectors()));
      Provenance provenance =
          new Provenance(
              spec.seed(),
              1,
              snapshot.lastSequence(),
              codeVersion,
              FloatKernels.best().name(),
              List.of());
      return writer.commit(
          new ManifestDraft(
              clock.instant(),
              MfGeneration.MODEL,
              model.dim(),
              parameters(spec, mf, snapshot),
              metrics,
              provenance));
    }
  }

  private static Map<String, Object> parameters(TrainingSpec spec, MfSpec mf, Snapshot snapshot) {
    Map<String, Object> parameters = new TreeMap<>(MfGeneration.foldIn(foldIn(mf)));
    parameters.put("loss", spec.loss().name());
    parameters.put("epochs", mf.epochsMax());
    parameters.put("interactions", snapshot.interactions().size());
    parameters.put("held_out", spec.heldOut());
    return parameters;
  }

  /** How users are folded in: exactly as they were trained where they were, else as ALS would. */
  private static MfObjective.Als foldIn(MfSpec mf) {
    return mf.objective() instanceof MfObjective.Als als
        ? als
        : (MfObjective.Als) MfSpec.of(MfLoss.ALS, 1, 1).objective();
  }
}
