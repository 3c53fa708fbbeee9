package org.espalier.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.refresh.ArenaSink;
import org.espalier.kgat.refresh.RefreshReport;
import org.espalier.kgat.refresh.RefreshSettings;
import org.espalier.kgat.refresh.Refresher;
import org.espalier.kgat.refresh.Staleness;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Events until their vectors are served. */
@Command(
    name = "refresh",
    description = {
      "Applies new interactions, one at a time and then in bursts, until their vectors are published to serving tables; then"
          + " compares the scores of what is served with those of a full propagation.",
      ""
    },
    mixinStandardHelpOptions = true)
final class RefreshCommand implements Callable<Integer> {

  private static final int SAMPLE_USERS = 200; // of the relative error
  private static final int SAMPLE_ITEMS = 500;

  @Mixin private @Nullable GraphOptions graph;
  @Mixin private @Nullable ResultOptions result;

  @Option(
      names = "--layers",
      split = ",",
      defaultValue = "64,32,16",
      description = "Values of a node after each layer (default: ${DEFAULT-VALUE}).")
  private List<Integer> layers = List.of();

  @Option(
      names = "--epsilon",
      defaultValue = "0.001",
      description =
          "How stale a row may be, as a share of a typical row's length (default: ${DEFAULT-VALUE}).")
  private float epsilon;

  @Option(
      names = "--budget-ms",
      defaultValue = "200",
      description = "What one refresh may take (default: ${DEFAULT-VALUE}).")
  private int budgetMs;

  @Option(
      names = "--events",
      defaultValue = "500",
      description = "Single events to measure (default: ${DEFAULT-VALUE}).")
  private int events;

  @Option(
      names = "--burst",
      defaultValue = "1000",
      description = "Events of a burst (default: ${DEFAULT-VALUE}).")
  private int burst;

  @Option(
      names = "--bursts",
      defaultValue = "5",
      description = "Bursts to measure (default: ${DEFAULT-VALUE}).")
  private int bursts;

  @Override
  public Integer call() {
    GraphOptions options = Objects.requireNonNull(graph);
    options.require(epsilon >= 0 && epsilon < 1, "--epsilon", epsilon, "0 up to 1");
    options.require(budgetMs >= 1, "--budget-ms", budgetMs, "at least 1");
    options.require(events >= 1, "--events", events, "at least 1");
    options.require(burst >= 1, "--burst", burst, "at least 1");
    options.require(bursts >= 1, "--bursts", bursts, "at least 1");
    GraphOptions.Subject subject = options.open(layers);
    int dim = subject.model().shape().finalSize();
    Console.ofProcess().say("Propagating");
    try (ArenaTable users = table("user", dim);
        ArenaTable items = table("item", dim);
        Refresher refresher =
            Refresher.start(
                subject.model(),
                subject.graph(),
                new RefreshSettings(epsilon, options.threads()),
                Runnable::run,
                new ArenaSink(users, items, _ -> true))) {
      SequencedMap<String, Object> fields = new LinkedHashMap<>();
      options.describe(subject.graph(), layers, fields);
      fields.put("epsilon", epsilon);
      measure(subject.graph(), refresher, users, items, options.seed(), fields);
      Objects.requireNonNull(result).print(fields);
    }
    return ExitCode.OK;
  }

  private static ArenaTable table(String name, int dim) {
    TableShape shape =
        new TableShape(
            name, name, dim, Projection.NESTED, List.of(new SizeGroup(dim, 0, Encoding.FP32)));
    return ArenaTable.create(shape, Basis.identity(dim), new float[dim]);
  }

  private void measure(
      Ckg before,
      Refresher refresher,
      ArenaTable users,
      ArenaTable items,
      long seed,
      SequencedMap<String, Object> fields) {
    SplittableRandom random = new SplittableRandom(seed);
    Samples single = new Samples();
    Samples full = new Samples();
    Samples inBursts = new Samples();
    long rows = 0;
    try (var progress =
        Console.ofProcess().progress("Measuring", events + events / 2 + (long) bursts * burst)) {
      for (int i = -events / 2; i < events; i++) {
        EdgeChanges event = randomEvents(before, 1, random);
        long from = System.nanoTime();
        RefreshReport report = serve(refresher, event);
        if (i >= 0) {
          single.add(System.nanoTime() - from);
          rows += report.rowsComputed();
        }
        progress.step(1);
      }
      for (int i = -1; i < bursts; i++) {
        EdgeChanges changes = randomEvents(before, burst, random);
        long from = System.nanoTime();
        RefreshReport report = serve(refresher, changes);
        if (i >= 0) {
          inBursts.add(System.nanoTime() - from);
          fields.put("burst_rows_computed", report.rowsComputed());
          fields.put("burst_rows_left", report.rowsLeft());
          progress.step(burst);
        }
      }
    }
    Staleness staleness = refresher.staleness();
    float[] served = scores(before, users, items, seed);
    full.add(refresher.propagateAll().computing().toNanos());
    float[] exact = scores(before, users, items, seed);
    fields.put("single_event_p50_ms", single.medianNs() / 1e6);
    fields.put("single_event_p99_ms", single.quantileNs(0.99) / 1e6);
    fields.put("single_event_max_ms", single.quantileNs(1) / 1e6);
    fields.put("rows_per_event", (double) rows / events);
    fields.put("burst_ms", inBursts.medianNs() / 1e6);
    fields.put("burst_max_ms", inBursts.quantileNs(1) / 1e6);
    fields.put("full_ms", full.medianNs() / 1e6);
    fields.put("relative_error", relativeError(served, exact));
    fields.put("largest_residual", staleness.largest());
    fields.put("mean_residual", staleness.mean());
  }

  private RefreshReport serve(Refresher refresher, EdgeChanges changes) {
    refresher.apply(changes);
    return refresher.refresh(Duration.ofMillis(budgetMs));
  }

  /** New interactions of users and items that are drawn as often as they interacted before. */
  private static EdgeChanges randomEvents(Ckg graph, int count, SplittableRandom random) {
    EdgeChanges changes = new EdgeChanges();
    int interactions = graph.begin(graph.userCount()); // users' rows come first
    while (changes.size() < count) {
      int item = graph.tail(random.nextInt(interactions)) - graph.userCount();
      changes.add(CkgBuilder.INTERACTS, userOf(graph, random.nextInt(interactions)), item, 1);
    }
    return changes;
  }

  /** The user whose row has an edge. */
  private static int userOf(Ckg graph, int edge) {
    int low = 0;
    int high = graph.userCount() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (graph.end(middle) > edge) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Scores of some users for some items, both drawn like events. */
  private static float[] scores(Ckg graph, ArenaTable users, ArenaTable items, long seed) {
    SplittableRandom random = new SplittableRandom(seed + 1);
    int interactions = graph.begin(graph.userCount());
    int[] tokens = new int[SAMPLE_ITEMS];
    for (int i = 0; i < SAMPLE_ITEMS; i++) {
      tokens[i] = graph.tail(random.nextInt(interactions)) - graph.userCount();
    }
    float[] all = new float[SAMPLE_USERS * SAMPLE_ITEMS];
    float[] some = new float[SAMPLE_ITEMS];
    float[] vector = new float[users.dim()];
    for (int u = 0; u < SAMPLE_USERS; u++) {
      users.copyVector(userOf(graph, random.nextInt(interactions)), vector, 0);
      items.score(vector, tokens, SAMPLE_ITEMS, some);
      System.arraycopy(some, 0, all, u * SAMPLE_ITEMS, SAMPLE_ITEMS);
    }
    return all;
  }

  /** {@code √(Σ(served − exact)² / Σexact²)}. */
  private static double relativeError(float[] served, float[] exact) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += Math.pow((double) served[i] - exact[i], 2);
      length += Math.pow(exact[i], 2);
    }
    return Math.sqrt(difference / length);
  }
}
