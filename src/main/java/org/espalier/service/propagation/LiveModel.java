package org.espalier.service.propagation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.history.HistoryPropagatorFile;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.PropagatorFile;
import org.espalier.kgat.refresh.RefreshSettings;
import org.espalier.kgat.refresh.Refresher;
import org.espalier.kgat.refresh.VectorSink;
import org.espalier.service.platform.GraphGeneration;

/** What a generation's vectors follow the stream by. */
sealed interface LiveModel {

  /** Values of a vector. */
  int dim();

  /** What a triple weighs in the graph that {@link #start} takes, where an interaction weighs 1. */
  float tripleWeight();

  /** Makes all vectors of a graph, and is then told how it changes. */
  Refresher start(Ckg graph, RefreshSettings settings, Executor background, VectorSink sink);

  /** Layers over the graph. */
  record Layers(Propagator propagator) implements LiveModel {
    @Override
    public int dim() {
      return propagator.shape().finalSize();
    }

    @Override
    public float tripleWeight() {
      return propagator.tripleWeight();
    }

    @Override
    public Refresher start(
        Ckg graph, RefreshSettings settings, Executor background, VectorSink sink) {
      return Refresher.start(propagator, graph, settings, background, sink);
    }
  }

  /** Propagation from users' histories. */
  record Histories(HistoryPropagator propagator) implements LiveModel {
    @Override
    public int dim() {
      return propagator.dim();
    }

    @Override
    public float tripleWeight() {
      return 1;
    }

    @Override
    public Refresher start(
        Ckg graph, RefreshSettings settings, Executor background, VectorSink sink) {
      return Refresher.start(propagator, graph, settings.threads(), background, sink);
    }
  }

  /**
   * Reads a generation's.
   *
   * @return empty for a generation that stays as it is
   * @throws StoreException when it cannot be read
   */
  static Optional<LiveModel> read(Store store, Manifest manifest) {
    if (manifest.hasArtefact(GraphGeneration.PROPAGATOR)) {
      Propagator propagator =
          read(store, manifest, GraphGeneration.PROPAGATOR, PropagatorFile::read);
      return Optional.of(new Layers(withUsers(propagator, store, manifest)));
    }
    if (manifest.hasArtefact(GraphGeneration.HISTORY_PROPAGATOR)) {
      return Optional.of(
          new Histories(
              read(
                  store,
                  manifest,
                  GraphGeneration.HISTORY_PROPAGATOR,
                  HistoryPropagatorFile::read)));
    }
    return Optional.empty();
  }

  private static Propagator withUsers(Propagator propagator, Store store, Manifest manifest) {
    if (manifest.table(GraphGeneration.USER_BASE).isEmpty()) {
      return propagator; // of a version that kept them in the artefact
    }
    int dim = propagator.shape().dim();
    float[] rows = new float[Math.multiplyExact(store.dictionary().size(Field.USER), dim)];
    store
        .generations()
        .rows(
            manifest.number(),
            GraphGeneration.USER_BASE,
            (user, size, encoding, payload) -> encoding.decode(payload, size, rows, user * dim));
    return propagator.withUsers(rows);
  }

  /** Reads a file. */
  interface Reader<T> {
    T read(Path file) throws IOException;
  }

  private static <T> T read(Store store, Manifest manifest, String artefact, Reader<T> reader) {
    try {
      Path file = Files.createTempFile("espalier", "." + artefact);
      try {
        store.generations().artefact(manifest.number(), artefact, file);
        return reader.read(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO,
          "the %s of generation %d cannot be read: %s"
              .formatted(artefact, manifest.number(), e.getMessage()),
          e);
    }
  }
}
