package org.espalier.service.propagation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.espalier.embeddings.fit.FitSpec;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.history.HistoryPropagatorFile;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.PropagatorFile;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.kgat.train.PropagatorTraining;
import org.espalier.service.platform.GraphGeneration;
import org.espalier.service.platform.MfGeneration;

/** Writes what was trained as generations: vectors, and what they follow the stream by. */
final class PropagatedGenerations {

  private final Store store;
  private final Clock clock;
  private final String codeVersion;

  PropagatedGenerations(Store store, Clock clock, String codeVersion) {
    this.store = store;
    this.clock = clock;
    this.codeVersion = codeVersion;
  }

  /**
   * Writes one.
   *
   * @param workFolder an existing folder for a file that is removed at the end
   * @return its number
   */
  int write(
      PropagationPlan plan,
      GraphSnapshot snapshot,
      PropagatorTraining training,
      FittedItems items,
      Map<String, Double> metrics,
      Path workFolder) {
    RankingVectors vectors = training.vectors();
    Path file = workFolder.resolve(GraphGeneration.PROPAGATOR);
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(items.table());
      writer.table(
          MultiSizeTable.uniform(
              MfGeneration.USERS,
              Field.USER.name(),
              vectors.dim(),
              snapshot.users(),
              vectors.users()));
      if (training.propagator().isPresent()) {
        Propagator propagator = withStoreIds(training.propagator().get(), snapshot);
        writer.table(userBase(propagator));
        PropagatorFile.write(propagator.withUsers(new float[0]), file);
        writer.artefact(GraphGeneration.PROPAGATOR, file);
      }
      if (training.histories().isPresent()) {
        HistoryPropagator histories = training.histories().get();
        HistoryPropagatorFile.write(histories.renumbered(snapshot.items()), file);
        writer.artefact(GraphGeneration.HISTORY_PROPAGATOR, file);
      }
      return writer.commit(
          new ManifestDraft(
              clock.instant(),
              plan.modelName(),
              vectors.dim(),
              parameters(plan, snapshot, training, items),
              metrics,
              new Provenance(
                  plan.seed(),
                  1,
                  snapshot.lastSequence(),
                  codeVersion,
                  FloatKernels.best().name(),
                  List.of())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    } finally {
      delete(file);
    }
  }

  private static Propagator withStoreIds(Propagator propagator, GraphSnapshot snapshot) {
    return propagator.renumbered(
        snapshot.users(), Arrays.copyOf(snapshot.entities(), propagator.entityCount()));
  }

  /** The users' base rows, each as long as it is without zeros at its end, in powers of two. */
  private static MultiSizeTable userBase(Propagator propagator) {
    int dim = propagator.shape().dim();
    int[] sizes = FitSpec.defaultSizes(dim);
    float[] rows = propagator.userRows();
    MultiSizeTableBuilder table =
        MultiSizeTable.builder(GraphGeneration.USER_BASE, Field.USER.name(), dim).sizes(sizes);
    for (int user = 0; user < propagator.userCount(); user++) {
      int length = dim;
      while (length > 0 && rows[user * dim + length - 1] == 0) {
        length--;
      }
      if (length > 0) { // a row of zeros is as none
        int least = length;
        int size = Arrays.stream(sizes).filter(s -> s >= least).findFirst().orElse(dim);
        table.add(user, rows, user * dim, size);
      }
    }
    return table.build();
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }

  private static Map<String, Object> parameters(
      PropagationPlan plan,
      GraphSnapshot snapshot,
      PropagatorTraining training,
      FittedItems items) {
    Map<String, Object> parameters = new TreeMap<>(items.parameters());
    if (plan.model() == PropagationPlan.Model.KGAT) {
      parameters.put("preset", plan.preset().name().toLowerCase(Locale.ROOT));
    }
    training
        .propagator()
        .ifPresent(propagator -> {
          parameters.put("base_dim", propagator.shape().dim());
          parameters.put(
              "layers",
              propagator.shape().layers().stream()
                  .map(String::valueOf)
                  .collect(Collectors.joining(",")));
        });
    parameters.put("parameters", training.parameters());
    parameters.put("epochs", training.outcome().epochs());
    parameters.put("interactions", snapshot.interactions().size());
    parameters.put("triples", snapshot.knowledge().tripleCount());
    parameters.put("held_out", plan.heldOut());
    return parameters;
  }
}
