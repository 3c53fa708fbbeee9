package org.espalier.learning.experiment;

import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingListener;

/**
 * The retrieval protocol on a data folder: train on {@code train}, stop on {@code valid}, report on
 * {@code test}, where a user's train and valid items are no candidates. The test slice is read once,
 * after training.
 */
public final class RetrievalExperiment {

  private RetrievalExperiment() {}

  /**
   * Trains and tests a matrix factorisation, and tests popularity beside it.
   *
   * @param cancelled true ends the training; the report is then about the best model so far
   */
  public static RetrievalReport run(
      DataFolder data, MfSpec spec, TrainingListener listener, BooleanSupplier cancelled) {
    MfTraining training =
        MfTrainer.train(data.train(), Optional.of(data.valid()), spec, listener, cancelled);
    MfModel model = training.model();
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(data.test(), data.train(), data.valid());
    try (Workers workers = new Workers(spec.threads())) {
      return new RetrievalReport(
          "mf",
          lossName(spec.objective()),
          spec.dim(),
          spec.seed(),
          model.parameters(),
          evaluator.evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers),
          evaluator.evaluatePopularity(data.train(), workers),
          training.outcome(),
          ProcessMemory.peakMb());
    }
  }

  private static String lossName(MfObjective objective) {
    return objective.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
