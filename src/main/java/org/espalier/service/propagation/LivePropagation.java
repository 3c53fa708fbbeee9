package org.espalier.service.propagation;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Commit;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.platform.TypeWeights;

/** The generations whose vectors are being kept up to date: the one that serves, and for moments one beside it. */
final class LivePropagation implements LiveVectors, AutoCloseable {

  private final Store store;
  private final TypeWeights weights;
  private final RefreshProperties properties;
  private final RefreshMetrics metrics;
  private final ScheduledExecutorService background;
  private final List<LiveSession> sessions = new CopyOnWriteArrayList<>(); // the newest last

  LivePropagation(
      Store store,
      InteractionProperties interactions,
      RefreshProperties properties,
      MeterRegistry meters) {
    this.store = store;
    this.weights = new TypeWeights(store.dictionary(), interactions);
    this.properties = properties;
    this.metrics = new RefreshMetrics(meters, this::waiting);
    this.background =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("espalier-graph").daemon().factory());
    store.onCommit(this::committed);
  }

  private void committed(Commit commit) {
    if (!sessions.isEmpty()) {
      metrics.visible().committed(commit.lastSequence());
      sessions.forEach(session -> session.committed(commit));
    }
  }

  private long waiting() {
    return newest().map(LiveSession::waiting).orElse(0L);
  }

  private Optional<LiveSession> newest() {
    List<LiveSession> now = List.copyOf(sessions);
    return now.isEmpty() ? Optional.empty() : Optional.of(now.getLast());
  }

  @Override
  public Optional<Session> open(Manifest manifest, ArenaTable users, ArenaTable items) {
    if (!properties.enabled()) {
      return Optional.empty();
    }
    Optional<LiveModel> found = LiveModel.read(store, manifest);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    LiveModel model = found.get();
    if (model.dim() != items.dim()) {
      throw new IllegalArgumentException(
          "its propagator makes vectors of %d values, its items have %d"
              .formatted(model.dim(), items.dim()));
    }
    LiveSession session =
        new LiveSession(
            manifest.number(),
            store,
            model,
            weights,
            properties,
            metrics,
            background,
            sessions::remove,
            users,
            ServedItems.of(store, manifest, items));
    if (sessions.isEmpty()) {
      metrics.visible().forget();
    }
    sessions.add(session);
    try {
      session.start();
      return Optional.of(session);
    } catch (RuntimeException e) {
      try (session) {
        throw e;
      }
    }
  }

  /**
   * Brings the vectors that serve up to date with all that is stored now, exactly.
   *
   * @return empty when it was cancelled
   * @throws JobFailedException when nothing refreshes
   */
  Optional<PropagationJobs.Refreshed> refreshNow(BooleanSupplier cancelled) {
    List<LiveSession> now = List.copyOf(sessions);
    if (now.isEmpty()) {
      throw new JobFailedException(
          "what serves has no propagator, or espalier.refresh.enabled is false: propagate with scope full, and activate"
              + " the new generation",
          null);
    }
    try {
      Optional<PropagationJobs.Refreshed> all = Optional.empty();
      for (LiveSession session : now) {
        Optional<PropagationJobs.Refreshed> one = session.refreshNow(cancelled);
        if (one.isEmpty()) {
          return Optional.empty();
        }
        all = all.isEmpty() ? one : Optional.of(all.get().and(one.get()));
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Ends what is left, which must not outlive the store. */
  @Override
  public void close() {
    sessions.forEach(LiveSession::close);
    background.shutdownNow();
  }
}
