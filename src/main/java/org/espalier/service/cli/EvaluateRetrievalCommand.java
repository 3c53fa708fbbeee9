package org.espalier.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains on {@code train}, stops on {@code valid}, reports on {@code test}. */
@Command(
    name = "retrieval",
    description = {
      "Trains a model that ranks the whole catalogue for each user, and measures what it ranks first.",
      "It is trained on train.tsv, stops by valid.tsv and is measured once on test.tsv; candidates are all items but those"
          + " that the user has in the first two. The popularity baseline stands beside it.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier evaluate retrieval --data ml-100k",
      "  ./espalier evaluate retrieval --data ml-100k --loss bpr --dim 64 --seed 2 --json"
    })
final class EvaluateRetrievalCommand implements Callable<Integer> {

  /** The models that can be evaluated, by the names that the command line takes. */
  enum ModelName {
    MF
  }

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = {
        "A folder with train.tsv, valid.tsv and test.tsv: tab-separated, one header line, columns user and item and, where"
            + " known, rating and timestamp."
      })
  private @Nullable Path data;

  @Option(
      names = "--model",
      defaultValue = "mf",
      description = "mf: matrix factorisation (default: ${DEFAULT-VALUE}).")
  private ModelName model = ModelName.MF;

  @Option(
      names = "--loss",
      defaultValue = "als",
      description = "bpr, softmax or als (default: ${DEFAULT-VALUE}).")
  private MfLoss loss = MfLoss.ALS;

  @Option(names = "--dim", description = "Length of the vectors (default: 64).")
  private @Nullable Integer dim;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same model (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description =
          "With more than one, bpr is faster and no longer repeatable (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(names = "--epochs", description = "At most so many epochs (default: the loss's own).")
  private @Nullable Integer epochsMax;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    DataFolder folder = DataFolder.open(Objects.requireNonNull(data));
    MfSpec mf = mfSpec(folder);
    RetrievalEvaluator evaluator =
        RetrievalEvaluator.of(folder.test(), folder.train(), folder.valid());
    if (evaluator.userCount() == 0) {
      throw new CommandException(
          data + ": no user has an item in test.tsv that is not in train.tsv or valid.tsv already");
    }
    MfTraining training = train(folder, mf);
    try (Workers workers = new Workers(threads)) {
      RetrievalResult measured =
          evaluator.evaluate(
              mf.dim(), training.model().userVectors(), training.model().itemVectors(), workers);
      RetrievalResult popularity = evaluator.evaluatePopularity(folder.train(), workers);
      print(
          new RetrievalReport(
              lower(model), lower(loss), folder, mf, training, measured, popularity));
    }
    return ExitCode.OK;
  }

  private MfSpec mfSpec(DataFolder folder) {
    try {
      MfSpec chosen = MfSpec.of(loss, folder.items().size(), seed).withThreads(threads);
      chosen = dim == null ? chosen : chosen.withDim(dim);
      return epochsMax == null ? chosen : chosen.withEpochsMax(epochsMax);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), e.getMessage(), e);
    }
  }

  private MfTraining train(DataFolder folder, MfSpec mf) {
    String task = "Training %s (%s)".formatted(lower(model), lower(loss));
    try (var progress = new TrainingProgress(Console.ofProcess(), task)) {
      MfTraining training =
          MfTrainer.train(folder.train(), Optional.of(folder.valid()), mf, progress, () -> false);
      if (training.outcome().reason() == Reason.DIVERGED) {
        throw new CommandException(
            "training diverged in epoch %d: its loss is not finite any more"
                .formatted(training.outcome().epochs()));
      }
      return training;
    }
  }

  private static String lower(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private void print(RetrievalReport report) throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? report.json(PeakMemory.residentMb()) + "\n" : report.table());
    out.flush();
  }
}
