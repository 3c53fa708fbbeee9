package org.espalier.kgat.train;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.DataFolder;
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
   * Trains and tests a propagator, and tests popularity beside it.
   *
   * @param knowledge whether the folder's triples are used
   * @param cancelled true ends the training; the report is then about the best model so far
   * @param peakRssMb asked once, at the end: the largest resident memory of the process, in MB
   * @throws IllegalArgumentException when the specification does not fit the data
   */
  public static RetrievalReport run(
      DataFolder data,
      PropagatorSpec spec,
      boolean knowledge,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled,
      DoubleSupplier peakRssMb) {
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
      return new RetrievalReport(
          modelName(spec),
          lossName(spec),
          vectors.dim(),
          seed,
          training.parameters(),
          evaluator.evaluate(vectors.dim(), vectors.users(), vectors.items(), workers),
          evaluator.evaluatePopularity(data.train(), workers),
          training.outcome(),
          peakRssMb.getAsDouble());
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
      case PropagatorSpec.History _ -> "squared+softmax";
      case PropagatorSpec.RandomProjection _ -> "none";
    };
  }
}
