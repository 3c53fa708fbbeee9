package org.espalier.kgat.train;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.experiment.FittedRetrieval;
import org.espalier.learning.experiment.ProcessMemory;
import org.espalier.learning.experiment.RetrievalReport;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.train.TrainingListener;

/**
 * The retrieval protocol on a data folder for propagators: train on {@code train}, stop on {@code
 * valid}, report on {@code test}, which is read once, after training.
 */
public final class PropagatorExperiment {

  private PropagatorExperiment() {}

  /**
   * What an experiment found.
   *
   * @param fitted the same model with item vectors shortened to a budget; empty when none was asked for
   */
  public record Found(RetrievalReport report, Optional<FittedRetrieval> fitted) {}

  /**
   * Trains and tests a propagator, and tests popularity beside it.
   *
   * @param knowledge whether the folder's triples are used
   * @param cancelled true ends the training; the report is then about the best model so far
   * @throws IllegalArgumentException when the specification does not fit the data
   */
  public static RetrievalReport run(
      DataFolder data,
      PropagatorSpec spec,
      boolean knowledge,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    OptionalDouble whole = OptionalDouble.empty();
    return run(data, spec, knowledge, whole, seed, threads, listener, cancelled).report();
  }

  /**
   * The same, and tests the model again as it would be served from shortened item vectors.
   *
   * @param fitKeep the share of the item vectors' numbers that is then stored, in (0, 1]
   */
  public static Found run(
      DataFolder data,
      PropagatorSpec spec,
      boolean knowledge,
      OptionalDouble fitKeep,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    PropagatorTraining training =
        PropagatorTrainer.train(
            data.train(),
            knowledge ? data.knowledgeGraph() : Optional.empty(),
            Optional.of(data.valid()),
            spec,
            seed,
            threads,
            listener,
            cancelled);
    RankingVectors vectors = training.vectors();
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(data.test(), data.train(), data.valid());
    try (Workers workers = new Workers(threads)) {
      RetrievalReport report =
          new RetrievalReport(
              modelName(spec),
              lossName(spec),
              vectors.dim(),
              seed,
              training.parameters(),
              evaluator.evaluate(vectors.dim(), vectors.users(), vectors.items(), workers),
              evaluator.evaluatePopularity(data.train(), workers),
              training.outcome(),
              ProcessMemory.peakMb());
      Optional<FittedRetrieval> fitted = Optional.empty();
      if (fitKeep.isPresent()) {
        double keep = fitKeep.getAsDouble();
        fitted =
            Optional.of(
                FittedRetrieval.of(
                    vectors.dim(), vectors.users(), vectors.items(), keep, evaluator, workers));
      }
      return new Found(report, fitted);
    }
  }

  private static String modelName(PropagatorSpec spec) {
    return switch (spec) {
      case PropagatorSpec.Layered layered ->
          layered.shape().aggregator() == Aggregator.LINEAR ? "lightgcn" : "kgat";
      case PropagatorSpec.History _ -> "kgat";
      case PropagatorSpec.RandomProjection _ -> "fastrp";
    };
  }

  private static String lossName(PropagatorSpec spec) {
    return switch (spec) {
      case PropagatorSpec.Layered _ -> "bpr";
      case PropagatorSpec.History history ->
          switch (history.closedForm().rule()) {
            case REGRESSION -> "squared+softmax";
            case COMMON -> "counts+softmax";
          };
      case PropagatorSpec.RandomProjection _ -> "none";
    };
  }
}
