package org.espalier.service.ranking;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.EarlyStart;
import org.espalier.service.platform.EarlyStore;
import org.espalier.service.platform.GraphGeneration;
import org.springframework.context.support.GenericApplicationContext;

/** The tables of the active generation, read in a thread of their own as soon as the store is open. */
final class EarlyModel implements AutoCloseable {

  private final CompletableFuture<Optional<ServedModel>> reading;
  private volatile boolean taken;

  private EarlyModel(EarlyStore store) {
    this.reading =
        store
            .opening()
            .thenApplyAsync(EarlyModel::read, Thread.ofPlatform().name("early-model")::start);
  }

  private static Optional<ServedModel> read(Store store) {
    return store.generations().active().stream()
        .mapToObj(store.generations()::manifest)
        .filter(manifest ->
            !GraphGeneration.hasPropagator(manifest)) // the settings tell who fills its tables
        .findFirst()
        .map(new ModelReader(store)::read);
  }

  /** Waits for the model; empty when there is none to be read early. The caller closes it from now on. */
  Optional<ServedModel> take() {
    Optional<ServedModel> model = reading.join();
    taken = true;
    return model;
  }

  /** Closes the model, unless it was taken. */
  @Override
  public void close() {
    if (!taken) {
      reading
          .thenAccept(model -> model.ifPresent(ServedModel::close))
          .handle((_, failure) -> failure == null)
          .join();
    }
  }

  /** After that of the store. */
  static final class Start extends EarlyStart {
    @Override
    protected void begin(GenericApplicationContext service) {
      service
          .getBeanProvider(EarlyStore.class)
          .ifAvailable(store -> make(service, EarlyModel.class, () -> new EarlyModel(store)));
    }
  }
}
