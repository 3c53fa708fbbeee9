package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.espalier.kgat.train.PropagatorExperiment;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.experiment.FittedRetrieval;
import org.espalier.learning.experiment.RetrievalExperiment;
import org.espalier.learning.experiment.RetrievalReport;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.retrieval.RetrievalPruneExperiment;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.RetrievalTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

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
      "  ./espalier evaluate retrieval --data ml-100k --loss bpr --dim 64 --seed 2 --json",
      "  ./espalier evaluate retrieval --data ml-100k --method pme --keep 0.1",
      "  ./espalier evaluate retrieval --data ml-100k --model kgat",
      "  ./espalier evaluate retrieval --data ml-100k --model kgat --preset paper --layers 64",
      "  ./espalier evaluate retrieval --data ml-100k --model kgat --preset paper --base-keep 0.1 --base-method pme"
    })
final class EvaluateRetrievalCommand implements Callable<Integer> {

  /** What its paper uses (He et al., SIGIR 2020). */
  private static final int LIGHTGCN_DEPTH = 3;

  /** The models that can be evaluated, by the names that the command line takes. */
  enum ModelName {
    MF,
    LIGHTGCN,
    FASTRP,
    KGAT
  }

  /** How KGAT is trained: as its authors do, or as validation likes best. */
  enum Preset {
    PAPER,
    BEST
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
      description =
          "mf: matrix factorisation; lightgcn: layers over the interactions; fastrp: random projections of the graph,"
              + " untrained; kgat: attention over interactions and triples (default: ${DEFAULT-VALUE}).")
  private ModelName model = ModelName.MF;

  @Option(
      names = "--loss",
      defaultValue = "als",
      description = "Of mf: bpr, softmax or als (default: ${DEFAULT-VALUE}).")
  private MfLoss loss = MfLoss.ALS;

  @Option(
      names = "--preset",
      defaultValue = "best",
      description = "Of kgat: paper or best (default: ${DEFAULT-VALUE}).")
  private Preset preset = Preset.BEST;

  @Option(
      names = "--layers",
      split = ",",
      defaultValue = "64",
      description =
          "Of kgat's preset paper: the layers' sizes; its authors' are 64,32,16 (default: ${DEFAULT-VALUE}).")
  private List<Integer> layers = List.of();

  @Option(names = "--no-kg", description = "Of kgat and fastrp: leave kg.tsv aside.")
  private boolean withoutKg;

  @Option(
      names = "--batch",
      defaultValue = "2048",
      description =
          "Of lightgcn and kgat's preset paper: samples of a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Mixin private BaseTableOptions base = new BaseTableOptions();

  @Option(
      names = "--fit-keep",
      description =
          "Of lightgcn, fastrp and kgat: also measure item vectors that are shortened to this share of their numbers.")
  private @Nullable Double fitKeep;

  @Option(
      names = "--dim",
      description = "Length of the vectors (default: 64; fastrp 512; kgat's best has its own).")
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

  @Option(
      names = "--epochs",
      description = "Of mf: at most so many epochs (default: the loss's own).")
  private @Nullable Integer epochsMax;

  @Option(
      names = "--method",
      description =
          "Of mf: prune the trained tables; sizes by full, uniform, popularity, magnitude, mask or pme (default: no"
              + " pruning).")
  private @Nullable Method method;

  @Option(
      names = "--keep",
      defaultValue = "0.1",
      description =
          "With --method: the share of the full size that may be stored, above 0 up to 1 (default: ${DEFAULT-VALUE}).")
  private double keep;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    DataFolder folder = DataFolder.open(Objects.requireNonNull(data));
    if (RetrievalEvaluator.of(folder.test(), folder.train(), folder.valid()).userCount() == 0) {
      throw new CommandException(
          data + ": no user has an item in test.tsv that is not in train.tsv or valid.tsv already");
    }
    if (method != null) {
      return prune(folder, method);
    }
    Measured measured = run(folder);
    PropagatorExperiment.Found found = measured.found();
    RetrievalReport report = found.report();
    if (report.outcome().reason() == Reason.DIVERGED) {
      throw new CommandException(
          "training diverged in epoch %d: its loss is not finite any more"
              .formatted(report.outcome().epochs()));
    }
    SequencedMap<String, Object> fields = report.fields();
    fields.putAll(measured.sizes());
    found.fitted().ifPresent(fitted -> fields.put("fitted", fitted.fields()));
    return print(json ? json(fields) : table(folder, found));
  }

  private int prune(DataFolder folder, Method by) {
    if (model != ModelName.MF) {
      throw wrongUsage("--method prunes the tables of mf, not of " + lower(model), null);
    }
    RetrievalPruneExperiment.Report report;
    try (var progress = new TrainingProgress(Console.ofProcess(), "Training mf at full size")) {
      report =
          RetrievalPruneExperiment.run(
              folder, mfSpec(folder), PruneSpec.of(by, keep, seed), progress, () -> false);
    } catch (NoRoomException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw wrongUsage(e.getMessage(), e);
    }
    return print(json ? json(report.fields()) : table(folder, report));
  }

  private int print(String result) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? result + "\n" : result);
    out.flush();
    return ExitCode.OK;
  }

  private ParameterException wrongUsage(@Nullable String why, @Nullable Exception cause) {
    return new ParameterException(
        Objects.requireNonNull(spec).commandLine(), String.valueOf(why), cause);
  }

  /**
   * A model's report.
   *
   * @param sizes what it says of the node table's sizes, by the names of the JSON
   */
  private record Measured(PropagatorExperiment.Found found, Map<String, Object> sizes) {}

  private Measured run(DataFolder folder) {
    if (model == ModelName.MF && (fitKeep != null || base.given())) {
      throw wrongUsage(
          "--fit-keep and --base-keep are not of mf; it has --method and --keep", null);
    }
    boolean layered =
        model == ModelName.LIGHTGCN || (model == ModelName.KGAT && preset == Preset.PAPER);
    if (!layered && base.given()) {
      throw wrongUsage("--base-keep is of lightgcn and of kgat's preset paper", null);
    }
    try {
      return model == ModelName.MF ? factorisation(folder) : propagator(folder);
    } catch (NoRoomException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) { // settings that contradict each other or the data
      throw wrongUsage(e.getMessage(), e);
    }
  }

  private Measured factorisation(DataFolder folder) {
    String task = "Training mf (" + lower(loss) + ")";
    try (var progress = new TrainingProgress(Console.ofProcess(), task)) {
      RetrievalReport report =
          RetrievalExperiment.run(folder, mfSpec(folder), progress, () -> false);
      return new Measured(new PropagatorExperiment.Found(report, Optional.empty()), Map.of());
    }
  }

  private Measured propagator(DataFolder folder) {
    OptionalDouble keptItems =
        fitKeep == null ? OptionalDouble.empty() : OptionalDouble.of(fitKeep);
    PropagatorSpec chosen = propagatorSpec(folder);
    Map<String, Object> sizes = Map.of();
    if (chosen instanceof PropagatorSpec.Layered full) {
      BaseTableOptions.Sized sized = base.size(full, folder, !withoutKg, seed, threads);
      chosen = sized.spec();
      sizes = sized.fields();
    }
    try (var progress = new TrainingProgress(Console.ofProcess(), "Training " + lower(model))) {
      return new Measured(
          PropagatorExperiment.run(
              folder, chosen, !withoutKg, keptItems, seed, threads, progress, () -> false),
          sizes);
    }
  }

  private MfSpec mfSpec(DataFolder folder) {
    MfSpec chosen = MfSpec.of(loss, folder.items().size(), seed).withThreads(threads);
    chosen = dim == null ? chosen : chosen.withDim(dim);
    return epochsMax == null ? chosen : chosen.withEpochsMax(epochsMax);
  }

  private PropagatorSpec propagatorSpec(DataFolder folder) {
    return switch (model) {
      case MF -> throw new IllegalStateException("mf is no propagator");
      case LIGHTGCN -> PropagatorSpec.lightGcn(dimOr(64), LIGHTGCN_DEPTH, batch);
      case FASTRP -> PropagatorSpec.fastRp(dimOr(512));
      case KGAT ->
          preset == Preset.BEST
              ? PropagatorSpec.kgatBest(folder.train())
              : PropagatorSpec.kgatPaper(dimOr(64), layers, batch);
    };
  }

  private int dimOr(int usual) {
    return dim == null ? usual : dim;
  }

  private static String lower(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private static String json(SequencedMap<String, Object> fields) {
    fields.replaceAll((_, value) -> rounded(value));
    return JsonMapper.shared().writeValueAsString(fields);
  }

  /** Six decimals are more than any of the figures is good for. */
  private static Object rounded(Object value) {
    return switch (value) {
      case Double number when Double.isFinite(number) -> Math.round(number * 1e6) / 1e6;
      case Map<?, ?> nested -> {
        Map<Object, Object> all = new LinkedHashMap<>();
        nested.forEach((key, inner) -> all.put(key, rounded(inner)));
        yield all;
      }
      default -> value;
    };
  }

  private static String table(DataFolder folder, PropagatorExperiment.Found found) {
    RetrievalReport report = found.report();
    TrainingOutcome outcome = report.outcome();
    RetrievalTable rows =
        new RetrievalTable()
            .row("popularity", report.popularity()::mean)
            .row(report.model() + " (" + report.loss() + ")", report.test()::mean);
    if (found.fitted().isPresent()) {
      FittedRetrieval fitted = found.fitted().get();
      rows = rows.row("fitted, keep " + fitted.fit().keepAsked(), fitted.test()::mean);
    }
    return rows
        + String.format(
            Locale.ROOT,
            "%n%,d users with test items among %,d items; %,d parameters in %d dimensions%n"
                + "%d epochs of %.2f s, the best after %.1f s, %.1f s in all; seed %d%n",
            report.test().users().length,
            folder.items().size(),
            report.parameters(),
            report.dim(),
            outcome.epochs(),
            outcome.epochSeconds(),
            outcome.untilBest().toNanos() * 1e-9,
            outcome.total().toNanos() * 1e-9,
            report.seed());
  }

  private static String table(DataFolder folder, RetrievalPruneExperiment.Report report) {
    RetrievalReport pruned = report.pruned();
    return new RetrievalTable()
            .row("popularity", pruned.popularity()::mean)
            .row("mf (" + pruned.loss() + "), full size", report.full()::mean)
            .row(
                lower(report.spec().method()) + ", keep " + report.spec().keep(),
                pruned.test()::mean)
        + String.format(
            Locale.ROOT,
            "%n%,d users with test items among %,d items; %,d numbers stored of %,d allowed, in %d coordinates;"
                + " %,d bytes with their index%n%.1f s of training at full size, %.2f s of search; seed %d%n",
            pruned.test().users().length,
            folder.items().size(),
            report.stored(),
            report.budget(),
            report.space(),
            report.embeddingBytes(),
            pruned.outcome().total().toNanos() * 1e-9,
            report.searchSeconds(),
            pruned.seed());
  }
}
