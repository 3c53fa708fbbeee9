package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.search.job.SearchException;
import org.espalier.search.job.WarmStartExperiment;
import org.espalier.search.job.WarmStartExperiment.Found;
import org.espalier.search.size.NoRoomException;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Compares warm and cold starts of a search. */
@Command(
    name = "warm-start",
    description = {
      "Searches sizes twice: with all users alike (cold), and with users who count by their decayed events (warm).",
      "The folder's three files become one log, which is cut by time: the latest tenth measures, the tenth before it"
          + " chooses, the rest trains and is the stream.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier evaluate warm-start --data ml-100k",
      "  ./espalier evaluate warm-start --data ml-100k --keeps 0.1 --half-life 3000 --seeds 1,2,3,4,5 --json"
    })
final class EvaluateWarmStartCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder as of evaluate retrieval, whose files have the column timestamp.")
  private @Nullable Path data;

  @Option(
      names = "--keeps",
      split = ",",
      defaultValue = "0.25,0.1,0.05",
      description = "Shares of the full size that may be stored (default: ${DEFAULT-VALUE}).")
  private List<Double> keeps = List.of();

  @Option(
      names = "--half-life",
      defaultValue = "10000",
      paramLabel = "EVENTS",
      description = "Events after which an event counts half (default: ${DEFAULT-VALUE}).")
  private double halfLife;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2,3",
      description = "One search of each kind for each of them (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of();

  @Option(names = "--threads", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (!(halfLife > 0)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--half-life=" + halfLife + " is not above 0");
    }
    Interactions log = log(DataFolder.open(Objects.requireNonNull(data)));
    List<Found> found = new ArrayList<>();
    for (long seed : seeds) {
      try (var progress =
          new TrainingProgress(Console.ofProcess(), "Training mf with seed " + seed)) {
        MfSpec mf = MfSpec.of(MfLoss.ALS, log.itemCount(), seed).withDim(dim).withThreads(threads);
        found.addAll(WarmStartExperiment.run(log, mf, keeps, halfLife, progress, () -> false));
      } catch (NoRoomException | SearchException e) {
        throw new CommandException(String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
      }
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? json(found) : table(found));
    out.flush();
    return ExitCode.OK;
  }

  private Interactions log(DataFolder folder) {
    Interactions.Builder all = new Interactions.Builder(false, true);
    for (Interactions slice : List.of(folder.train(), folder.valid(), folder.test())) {
      if (!slice.hasTimes()) {
        throw new CommandException(
            data + ": a file has no column timestamp, and without times there is no stream");
      }
      for (int user = 0; user < slice.userCount(); user++) {
        for (int at = slice.begin(user); at < slice.end(user); at++) {
          all.add(user, slice.item(at), 1, slice.timeMs(at));
        }
      }
    }
    return all.build(folder.users().size(), folder.items().size());
  }

  private String json(List<Found> found) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("half_life_events", halfLife);
    fields.put("dim", dim);
    List<Map<String, Object>> runs = new ArrayList<>();
    for (Found run : found) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("keep", run.keep());
      one.put("seed", run.seed());
      one.put("users", run.users());
      one.put("cold_valid_ndcg@20", run.coldChoosing());
      one.put("warm_valid_ndcg@20", run.warmChoosing());
      one.put("cold_ndcg@20", run.cold());
      one.put("warm_ndcg@20", run.warm());
      runs.add(one);
    }
    fields.put("runs", runs);
    return JsonMapper.shared().writeValueAsString(fields) + "\n";
  }

  private String table(List<Found> found) {
    StringBuilder text = new StringBuilder("keep   cold     warm     warm - cold (NDCG@20)\n");
    for (double keep : keeps) {
      List<Found> runs = found.stream().filter(run -> run.keep() == keep).toList();
      text.append(
          String.format(
              Locale.ROOT,
              "%-6s %.4f   %.4f   %+.4f ± %.4f%n",
              keep,
              mean(runs, Found::cold),
              mean(runs, Found::warm),
              mean(runs, run -> run.warm() - run.cold()),
              deviation(runs, run -> run.warm() - run.cold())));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%n%,d users of the latest slice; means of %d seeds; half life %,.0f events%n",
                found.getFirst().users(),
                seeds.size(),
                halfLife))
        .toString();
  }

  private static double mean(List<Found> runs, ToDoubleFunction<Found> of) {
    return runs.stream().mapToDouble(of).average().orElse(Double.NaN);
  }

  private static double deviation(List<Found> runs, ToDoubleFunction<Found> of) {
    double mean = mean(runs, of);
    return Math.sqrt(
        runs.stream().mapToDouble(run -> Math.pow(of.applyAsDouble(run) - mean, 2)).sum()
            / Math.max(1, runs.size() - 1));
  }
}
