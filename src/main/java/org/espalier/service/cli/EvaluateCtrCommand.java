package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrFolder;
import org.espalier.search.data.WorldClicks;
import org.espalier.search.job.CtrExperiment;
import org.espalier.search.job.CtrReport;
import org.espalier.search.job.CtrSettings;
import org.espalier.search.model.Architecture;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Prunes a click model and says what that costs. */
@Command(
    name = "ctr",
    description = {
      "Trains a click model under a budget of stored numbers, and measures it.",
      "It is trained on train.tsv, stops by valid.tsv and is measured once on test.tsv: tab-separated files with one header"
          + " line, named field columns and label (0 or 1); several values of one field are joined by |.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier evaluate ctr --data ml-100k-ctr --method full",
      "  ./espalier evaluate ctr --data ml-100k-ctr --method pme --keep 0.05 --distil on --json",
      "  ./espalier evaluate ctr --world 10000000 --method pme --keep 0.05 --json"
    })
final class EvaluateCtrCommand implements Callable<Integer> {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** The two ways to project that can be asked for; a mask is a method. */
  enum Projection {
    NESTED,
    PROJECTED
  }

  /** The saliencies by the names that the command line takes. */
  enum SaliencyName {
    CONNECTION,
    TAYLOR,
    FISHER;

    Criterion criterion() {
      return switch (this) {
        case CONNECTION -> Criterion.CONNECTION;
        case TAYLOR -> Criterion.TAYLOR;
        case FISHER -> Criterion.FISHER;
      };
    }
  }

  /** A switch as people type it. */
  enum Switch {
    ON,
    OFF
  }

  /** Where clicks come from. */
  static final class Clicks {

    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description = "A folder with train.tsv, valid.tsv and test.tsv.")
    private @Nullable Path data;

    @Option(
        names = "--world",
        required = true,
        paramLabel = "EVENTS",
        description =
            "In place of a folder a made-up world of so many events, with about a tenth as many users, items, brands and"
                + " creators, most of them rare; at least 10000.")
    private @Nullable Integer worldEvents;

    CtrData read(long seed) {
      return worldEvents == null
          ? CtrFolder.read(Objects.requireNonNull(data), 1)
          : readWorld(worldEvents, seed);
    }

    private static CtrData readWorld(int events, long seed) {
      SampleWorld world =
          new SampleWorld((int) (WORLD_USERS * events), (int) (WORLD_ITEMS * events), events, seed);
      try (Progress progress = Console.ofProcess().progress("Making a world", events)) {
        long[] done = {0};
        return WorldClicks.of(
            world,
            now -> {
              progress.step(now - done[0]);
              done[0] = now;
            });
      }
    }
  }

  /** Users and items of a world for each event. */
  private static final double WORLD_USERS = 0.115;

  private static final double WORLD_ITEMS = 0.033;

  private static final int WORLD_EVENTS_MIN = 10_000;

  @ArgGroup(multiplicity = "1")
  private @Nullable Clicks clicks;

  @Option(
      names = "--model",
      defaultValue = "deepfm",
      description = "fm, deepfm or dcn (default: ${DEFAULT-VALUE}).")
  private Architecture.Kind model = Architecture.Kind.DEEPFM;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--method",
      defaultValue = "pme",
      description =
          "How sizes are found: full, uniform, popularity, magnitude, mask or pme (default: ${DEFAULT-VALUE}).")
  private Method method = Method.PME;

  @Option(
      names = "--keep",
      defaultValue = "0.1",
      description =
          "Share of the full size that may be stored, above 0 up to 1 (default: ${DEFAULT-VALUE}).")
  private double keep;

  @Option(
      names = "--projection",
      defaultValue = "nested",
      description =
          "nested: sizes share one space; projected: a learned matrix a size, with the saliency at initialisation, as published"
              + " (default: ${DEFAULT-VALUE}).")
  private Projection projection = Projection.NESTED;

  @Option(
      names = "--criterion",
      description =
          "Of pme: connection, taylor or fisher saliency (default: taylor; connection when projected).")
  private @Nullable SaliencyName criterion;

  @Option(
      names = "--distil",
      defaultValue = "off",
      description = "on: learn from teachers, which are trained first (default: ${DEFAULT-VALUE}).")
  private Switch distil = Switch.OFF;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed and threads, same model (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--threads", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CtrSettings settings = settings();
    CtrReport report;
    try (ExperimentTrainings shown = new ExperimentTrainings()) {
      CtrData data = Objects.requireNonNull(clicks).read(settings.seed());
      warn(data, Objects.requireNonNull(spec));
      report = new CtrExperiment(data).run(settings, shown, () -> false);
    } catch (NoRoomException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? JSON.writeValueAsString(report) + "\n" : summary(report));
    out.flush();
    return ExitCode.OK;
  }

  /** Says what is odd about a log before anything is trained on it. */
  static void warn(CtrData data, CommandSpec spec) {
    PrintWriter err = spec.commandLine().getErr();
    data.warnings().forEach(warning -> err.println("espalier: warning: " + warning));
    err.flush();
  }

  private CtrSettings settings() {
    Integer worldEvents = Objects.requireNonNull(clicks).worldEvents;
    if (worldEvents != null && worldEvents < WORLD_EVENTS_MIN) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--world=%d is below %d".formatted(worldEvents, WORLD_EVENTS_MIN));
    }
    try {
      CtrSettings nested =
          CtrSettings.of(model, dim, method, keep, distil == Switch.ON, seed).withThreads(threads);
      CtrSettings projected = projection == Projection.NESTED ? nested : nested.asPublished();
      return criterion == null ? projected : projected.withCriterion(criterion.criterion());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), e.getMessage(), e);
    }
  }

  private static String summary(CtrReport report) {
    return String.format(
        Locale.ROOT,
        """
        %s, %s (%s%s), keep %s, seed %d
        test AUC %.4f, logloss %.4f; validation AUC %.4f
        %,d numbers stored of %,d allowed; %,d bytes with their index
        teachers %.1f s, search %.1f s, training %.1f s in %d epochs of %.2f s (%,.0f samples/s)
        peak of resident memory %,.0f MB
        """,
        report.model(),
        report.method(),
        report.projection(),
        report.distil() ? ", distilled" : "",
        report.keep(),
        report.seed(),
        report.auc(),
        report.logloss(),
        report.validAuc(),
        report.parameters(),
        report.budget(),
        report.embeddingBytes(),
        report.teacherSeconds(),
        report.searchSeconds(),
        report.trainSeconds(),
        report.epochs(),
        report.epochSeconds(),
        report.samplesPerS(),
        report.peakRssMb());
  }
}
