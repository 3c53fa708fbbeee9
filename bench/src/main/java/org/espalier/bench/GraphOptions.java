package org.espalier.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.train.CkgFolder;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.kgat.train.PropagatorTrainer;
import org.espalier.learning.data.DataException;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.train.TrainingListener;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which graph and which KGAT a benchmark works on. */
final class GraphOptions {

  private static final int DIM = 64;
  private static final int RELATIONS = 20; // of a made-up graph
  private static final double TRIPLES = 0.25; // share of its edges

  @Option(
      names = "--data",
      description = "A data folder: its training interactions and its triples.")
  private @Nullable Path data;

  @Option(
      names = "--nodes",
      defaultValue = "100000",
      description =
          "Without --data: nodes of a made-up graph, half of them users (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--edges",
      defaultValue = "2000000",
      description =
          "Without --data: its edges, inverses not counted; the most popular entity has about a hundredth of them"
              + " (default: ${DEFAULT-VALUE}).")
  private int edges;

  @Option(
      names = "--epochs",
      defaultValue = "0",
      description =
          "With --data: epochs of training before measuring; 0 measures random weights (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads of a propagation (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same graph, weights and events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /** A graph and a propagator for it. */
  record Subject(Ckg graph, Propagator model) {}

  int threads() {
    return threads;
  }

  long seed() {
    return seed;
  }

  /** Fails with wrong usage unless an option's value holds. */
  void require(boolean holds, String option, Object value, String range) {
    if (!holds) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "%s=%s is not %s".formatted(option, value, range));
    }
  }

  Subject open(List<Integer> layers) {
    require(nodes >= 4 && nodes <= 50_000_000, "--nodes", nodes, "4 to 50000000");
    require(edges >= 1 && edges <= 200_000_000, "--edges", edges, "1 to 200000000");
    require(epochs >= 0 && epochs <= 1000, "--epochs", epochs, "0 to 1000");
    require(threads >= 1 && threads <= 256, "--threads", threads, "1 to 256");
    if (data == null) {
      Ckg graph = madeUp();
      return new Subject(graph, untrained(graph, layers));
    }
    DataFolder folder = folder(data);
    Ckg graph = CkgFolder.graph(folder.train(), folder.knowledgeGraph());
    return new Subject(graph, epochs == 0 ? untrained(graph, layers) : trained(folder, layers));
  }

  private static DataFolder folder(Path path) {
    try {
      return DataFolder.open(path);
    } catch (DataException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  private Propagator untrained(Ckg graph, List<Integer> layers) {
    PropagationSpec shape =
        new PropagationSpec(
            DIM,
            layers,
            Aggregator.BI_INTERACTION,
            PropagationSpec.Readout.CONCATENATION,
            true,
            0.01f);
    return Propagator.untrained(graph, shape, EdgeWeighting.ATTENTION, seed);
  }

  private Propagator trained(DataFolder folder, List<Integer> layers) {
    PropagatorSpec.Layered paper = PropagatorSpec.kgatPaper(DIM, layers, 2048);
    PropagatorSpec spec = paper.withEpochs(epochs, epochs);
    Console.ofProcess().say("Training %d epochs".formatted(epochs));
    return PropagatorTrainer.train(
            folder.train(),
            folder.knowledgeGraph(),
            Optional.empty(),
            spec,
            seed,
            threads,
            TrainingListener.none(),
            () -> false)
        .propagator()
        .orElseThrow(() -> new CommandException("the training diverged"));
  }

  /** Three quarters interactions; entities by a power law, users and heads all alike. */
  private Ckg madeUp() {
    SplittableRandom random = new SplittableRandom(seed);
    int users = nodes / 2;
    int entities = nodes - users;
    CkgBuilder builder = new CkgBuilder(users, entities);
    try (var progress = Console.ofProcess().progress("Making a graph", edges)) {
      for (int i = 0; i < edges; i++) {
        int tail = (int) (entities * Math.pow(random.nextDouble(), 3));
        if (random.nextDouble() < TRIPLES) {
          builder.triple(random.nextInt(entities), 1 + random.nextInt(RELATIONS), tail);
        } else {
          builder.interaction(random.nextInt(users), tail, 1);
        }
        if ((i & 0xFFFF) == 0xFFFF) {
          progress.step(0x10000);
        }
      }
      return builder.build();
    }
  }

  /** Writes down what was measured. */
  void describe(Ckg graph, List<Integer> layers, Map<String, Object> fields) {
    fields.put("nodes", graph.nodeCount());
    fields.put("directed_edges", graph.edgeCount());
    fields.put("dim", DIM);
    fields.put("layers", layers.toString());
    fields.put("threads", threads);
  }
}
