package org.espalier.service.ranking;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Generations;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.TableShape;
import org.espalier.learning.mf.FoldIn;
import org.espalier.learning.mf.MfObjective;
import org.espalier.learning.mf.SizedGram;
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
  private final CompletableFuture<?> first;
  private volatile boolean started;

  /** Begins to load what is active now. */
  ModelLoader(Store store, ActiveModel active, LiveVectors liveVectors) {
    this.store = store;
    this.active = active;
    this.liveVectors = liveVectors;
    Generations.Garbage garbage = store.generations().collectGarbage();
    if (!garbage.generations().isEmpty() || garbage.files() > 0) {
      log.info(
          "Removed {} generations and {} files whose writing was cut short",
          garbage.generations().size(),
          garbage.files());
    }
    this.first =
        CompletableFuture.runAsync(
            this::loadActive, Thread.ofPlatform().name("first-model")::start);
  }

  private void loadActive() {
    store.generations().active().ifPresent(number -> active.replace(load(number)));
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
    long startNs = System.nanoTime();
    Manifest manifest = store.generations().manifest(number);
    Optional<ServedModel> live = live(manifest);
    if (live.isPresent()) {
      return live.get();
    }
    Optional<MfObjective.Als> how = MfGeneration.foldIn(manifest);
    TableHeader header = store.generations().header(number, MfGeneration.ITEMS);
    SizedGram gram = new SizedGram(header.basis(), header.defaultRow());
    ArenaTable items =
        table(number, MfGeneration.ITEMS, how.isPresent() ? gram::add : (_, _) -> {});
    try {
      ArenaTable users =
          manifest.table(MfGeneration.USERS).isPresent()
              ? table(number, MfGeneration.USERS, (_, _) -> {})
              : noUsers(manifest.dim());
      FoldIn foldIn = how.map(als -> FoldIn.of(gram, als)).orElse(null);
      log.info(
          "Generation {} ({}) serves {} items and {} users from {} MB of memory, loaded in {} ms",
          number,
          manifest.model(),
          items.rowCount(),
          users.rowCount(),
          (items.bytes() + users.bytes()) >> 20,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
      return new ServedModel(
          number, manifest.model(), manifest.provenance().toSequence(), items, users, foldIn);
    } catch (RuntimeException e) {
      try (items) {
        throw e;
      }
    }
  }

  /** A generation that fills its tables itself, from its propagator. */
  private Optional<ServedModel> live(Manifest manifest) {
    if (manifest.table(MfGeneration.USERS).isEmpty()) {
      return Optional.empty();
    }
    ArenaTable items = emptyTable(manifest.number(), MfGeneration.ITEMS);
    try {
      ArenaTable users = emptyTable(manifest.number(), MfGeneration.USERS);
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

  private ArenaTable emptyTable(int number, String name) {
    TableHeader header = store.generations().header(number, name);
    return ArenaTable.create(header.shape(), header.basis(), header.defaultRow());
  }

  /** Takes a row as it is stored: its first values, and how many. */
  private interface RowConsumer {
    void accept(float[] row, int size);
  }

  private ArenaTable table(int number, String name, RowConsumer eachRow) {
    ArenaTable table = emptyTable(number, name);
    try {
      float[] row = new float[table.dim()];
      store
          .generations()
          .rows(
              number,
              name,
              (token, size, encoding, payload) -> {
                table.publish(token, encoding, payload, row, size);
                eachRow.accept(row, size);
              });
      return table;
    } catch (RuntimeException e) {
      try (table) {
        throw e;
      }
    }
  }

  private static ArenaTable noUsers(int dim) {
    TableShape shape =
        new TableShape(MfGeneration.USERS, Field.USER.name(), dim, Projection.NESTED, List.of());
    return ArenaTable.create(shape, Basis.identity(dim), new float[dim]);
  }
}
