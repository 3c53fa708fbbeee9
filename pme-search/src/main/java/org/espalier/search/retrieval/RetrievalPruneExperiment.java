package org.espalier.search.retrieval;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.experiment.ProcessMemory;
import org.espalier.learning.experiment.RetrievalReport;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome;

/**
 * The retrieval protocol for a pruned factorisation: the full-size model is trained on {@code train} and
 * stopped by {@code valid}, sizes and space are chosen on {@code valid}, and {@code test} is read once,
 * for both of them.
 */
public final class RetrievalPruneExperiment {

  private RetrievalPruneExperiment() {}

  /**
   * What it found.
   *
   * @param pruned the model that keeps to the budget, on the test slice
   * @param full the full-size model that it was made of, on the test slice
   * @param stored numbers of both tables
   * @param budget what they may be
   * @param searchSeconds from the full-size model to the pruned one: axes, saliency, sizes, distillation
   *     and the choice of the space
   */
  public record Report(
      RetrievalReport pruned,
      RetrievalResult full,
      PruneSpec spec,
      int space,
      long stored,
      long budget,
      long embeddingBytes,
      double validation,
      double searchSeconds,
      SizeSummary sizes) {

    /** Under the names of the command line's JSON. */
    public SequencedMap<String, Object> fields() {
      SequencedMap<String, Object> fields = pruned.fields();
      fields.put("valid_ndcg@20", validation);
      fields.put("method", spec.method().name().toLowerCase(Locale.ROOT));
      fields.put("keep", spec.keep());
      fields.put("budget", budget);
      fields.put("space", space);
      fields.put("embedding_bytes", embeddingBytes);
      fields.put("search_seconds", searchSeconds);
      Map<String, Object> fullSize = new LinkedHashMap<>();
      for (RetrievalMetric metric : RetrievalMetric.values()) {
        fullSize.put(metric.label(), full.mean(metric));
      }
      fields.put("full", fullSize);
      fields.put("user_sizes", sizes.users());
      fields.put("item_sizes", sizes.items());
      fields.put("user_decile_sizes", sizes.userDeciles());
      fields.put("item_decile_sizes", sizes.itemDeciles());
      return fields;
    }
  }

  /**
   * Runs one experiment.
   *
   * @throws org.espalier.search.size.NoRoomException before anything is trained, when the budget has no
   *     room
   * @throws CancellationException when it was cancelled
   */
  public static Report run(
      DataFolder data,
      MfSpec mf,
      PruneSpec spec,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    RetrievalPruner.requireRoom(spec, data.users().size(), data.items().size(), mf.dim());
    MfTraining training =
        MfTrainer.train(data.train(), Optional.of(data.valid()), mf, listener, cancelled);
    if (training.outcome().reason() == TrainingOutcome.Reason.DIVERGED) {
      throw new IllegalStateException(
          "the training diverged in epoch " + training.outcome().epochs());
    }
    try (Workers workers = new Workers(mf.threads())) {
      long start = System.nanoTime();
      ItemSets seen = ItemSets.of(data.train());
      RetrievalPruner pruner =
          new RetrievalPruner(
              Prepared.of(training.model(), seen, spec.seed(), workers, cancelled),
              seen,
              Optional.of(RetrievalEvaluator.of(data.valid(), data.train())),
              workers,
              cancelled);
      Pruned pruned = pruner.prune(spec);
      double searchSeconds = (System.nanoTime() - start) * 1e-9;
      RetrievalEvaluator test = RetrievalEvaluator.of(data.test(), data.train(), data.valid());
      RetrievalReport report =
          new RetrievalReport(
              "mf",
              mf.objective().getClass().getSimpleName().toLowerCase(Locale.ROOT),
              mf.dim(),
              mf.seed(),
              pruned.support().numbers(),
              evaluate(test, pruned.model(), workers),
              test.evaluatePopularity(data.train(), workers),
              training.outcome(),
              ProcessMemory.peakMb());
      return new Report(
          report,
          evaluate(test, training.model(), workers),
          spec,
          pruned.space(),
          pruned.support().numbers(),
          spec.budget(pruned.support().tokenCount(), mf.dim()),
          pruned.embeddingBytes(),
          pruned.validation(),
          searchSeconds,
          SizeSummary.of(pruned.support(), pruner.counts()));
    }
  }

  private static RetrievalResult evaluate(RetrievalEvaluator test, MfModel model, Workers workers) {
    return test.evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers);
  }
}
