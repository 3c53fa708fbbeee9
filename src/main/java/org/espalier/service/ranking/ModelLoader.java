package org.espalier.service.ranking;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Generations;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.GenerationLoader;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.NotServableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Brings the store's active generation into the arena: at the start, and whenever another one is activated. At the start it
 * does so in a thread of its own beside the rest, and the web server opens only when it is done.
 */
final class ModelLoader implements GenerationLoader, SmartLifecycle, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ModelLoader.class);

  private final Store store;
  private final ActiveModel active;
  private final LiveVectors liveVectors;
  private final ModelReader reader;
  private final CompletableFuture<?> first;
  private volatile boolean started;

  /**
   * Begins to load what is active now.
   *
   * @param early what may have been read of it before
   */
  ModelLoader(
      Store store, ActiveModel active, LiveVectors liveVectors, @Nullable EarlyModel early) {
    this.store = store;
    this.active = active;
    this.liveVectors = liveVectors;
    this.reader = new ModelReader(store);
    Generations.Garbage garbage = store.generations().collectGarbage();
    if (!garbage.generations().isEmpty() || garbage.files() > 0) {
      log.info(
          "Removed {} generations and {} files whose writing was cut short",
          garbage.generations().size(),
          garbage.files());
    }
    this.first =
        CompletableFuture.runAsync(
            () -> loadActive(early), Thread.ofPlatform().name("first-model")::start);
  }

  private void loadActive(@Nullable EarlyModel early) {
    Optional<ServedModel> read = early == null ? Optional.empty() : early.take();
    read.or(() -> store.generations().active().stream().mapToObj(this::load).findFirst())
        .ifPresent(active::replace);
  }

  /** Ends, in whatever way, when the generation that was active at the start serves. */
  CompletableFuture<?> first() {
    return first;
  }

  /** Before the web server and whatever else brings work. */
  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }

  @Override
  public void start() {
    first.join();
    started = true;
  }

  @Override
  public void stop() {
    started = false;
  }

  @Override
  public boolean isRunning() {
    return started;
  }

  /** Waits for a loading that is under way, so that the store can close. */
  @Override
  public void close() {
    first.handle((_, failure) -> failure == null).join();
  }

  @Override
  public Loaded load(Manifest manifest) {
    first.join(); // or it would come after this one
    return new LoadedModel(active, loadServable(manifest));
  }

  /** As {@link #load(int)}, and says of one that is no use for rankings that it is not. */
  ServedModel loadServable(Manifest manifest) {
    try {
      return load(manifest.number());
    } catch (IllegalArgumentException e) {
      throw new NotServableException(
          "generation %d (%s) cannot serve rankings: %s"
              .formatted(manifest.number(), manifest.model(), e.getMessage()),
          e);
    }
  }

  /** A model that serves nobody yet; it closes unless it comes to serve. */
  private static final class LoadedModel implements Loaded {
    private final ActiveModel active;
    private @Nullable ServedModel model;

    LoadedModel(ActiveModel active, ServedModel model) {
      this.active = active;
      this.model = model;
    }

    @Override
    public void serve() {
      active.replace(Objects.requireNonNull(model));
      model = null;
    }

    @Override
    public void close() {
      if (model != null) {
        model.close();
        model = null;
      }
    }
  }

  /** Brings a generation into memory, for nobody yet; it is the caller's to close. */
  ServedModel load(int number) {
    Manifest manifest = store.generations().manifest(number);
    return live(manifest).orElseGet(() -> reader.read(manifest));
  }

  /** A generation that fills its tables itself, from its propagator. */
  private Optional<ServedModel> live(Manifest manifest) {
    if (manifest.table(MfGeneration.USERS).isEmpty()) {
      return Optional.empty();
    }
    ArenaTable items = reader.emptyTable(manifest.number(), MfGeneration.ITEMS);
    try {
      ArenaTable users = reader.emptyTable(manifest.number(), MfGeneration.USERS);
      try {
        Optional<ServedModel> model =
            liveVectors
                .open(manifest, users, items)
                .map(session ->
                    new ServedModel(
                        manifest.number(),
                        manifest.model(),
                        manifest.provenance().toSequence(),
                        items,
                        users,
                        null,
                        session));
        if (model.isEmpty()) {
          try (items) {
            users.close();
          }
        }
        return model;
      } catch (RuntimeException e) {
        try (users) {
          throw e;
        }
      }
    } catch (RuntimeException e) {
      try (items) {
        throw e;
      }
    }
  }
}
