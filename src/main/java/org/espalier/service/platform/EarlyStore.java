package org.espalier.service.platform;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.espalier.embeddings.store.Store;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.support.GenericApplicationContext;

/** The store of a service, which opens in a thread of its own beside the start. */
public final class EarlyStore implements AutoCloseable {

  private final CompletableFuture<Store> opening;
  private volatile boolean taken;

  private EarlyStore(EspalierProperties espalier, StoreProperties properties) {
    this.opening =
        CompletableFuture.supplyAsync(
            () -> Store.open(espalier.storeDir(), properties.options()),
            Thread.ofPlatform().name("early-store")::start);
  }

  /** The store once it is open, for whoever reads it early; not theirs to close. */
  public CompletableFuture<Store> opening() {
    return opening;
  }

  /**
   * Waits until it is open. The caller closes it from now on.
   *
   * @throws org.espalier.embeddings.store.StoreException when it does not open
   */
  Store take() {
    try {
      Store store = opening.join();
      taken = true;
      return store;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Closes the store, unless it was taken. */
  @Override
  public void close() {
    if (!taken) {
      opening.thenAccept(Store::close).handle((_, failure) -> failure == null).join();
    }
  }

  /** Opens early what is there already; a new one has nothing to read, and its folder is made once most settings are found good. */
  static final class Start extends EarlyStart {
    @Override
    protected void begin(GenericApplicationContext service) {
      Binder settings = Binder.get(service.getEnvironment());
      EspalierProperties espalier = settings.bindOrCreate("espalier", EspalierProperties.class);
      if (Store.isAt(espalier.storeDir())) {
        // Their bounds are checked when Spring binds them, before anybody takes the store.
        StoreProperties store = settings.bindOrCreate("espalier.store", StoreProperties.class);
        make(service, EarlyStore.class, () -> new EarlyStore(espalier, store));
      }
    }
  }
}
