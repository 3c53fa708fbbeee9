package org.espalier.service.platform;

import java.util.OptionalInt;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Makes a generation the one that serves, in a running service. It is loaded before the store's pointer moves, and serves
 * after that: whatever fails before leaves all as it was.
 */
@Component
public class Activation {

  private final Store store;
  private final GenerationLoader loader;
  private final ApplicationEventPublisher events;

  Activation(Store store, GenerationLoader loader, ApplicationEventPublisher events) {
    this.store = store;
    this.loader = loader;
    this.events = events;
  }

  /** Activates a generation in place of whatever is active; see {@link #activate(int, OptionalInt)}. */
  public void activate(int generation) {
    activate(generation, store.generations().active());
  }

  /**
   * Activates a generation and returns once it answers. One at a time: of two that expect the same current one, the second
   * is refused.
   *
   * @param expectedCurrent the one that the caller thinks is active; empty for none
   * @throws StoreException NO_SUCH_GENERATION; STALE_GENERATION when another one is active
   * @throws NotServableException when it is of no use for rankings
   */
  public synchronized void activate(int generation, OptionalInt expectedCurrent) {
    Manifest manifest = store.generations().manifest(generation);
    requireCurrent(expectedCurrent);
    try (GenerationLoader.Loaded loaded = loader.load(manifest)) {
      store.generations().activate(generation, expectedCurrent);
      loaded.serve();
    }
    events.publishEvent(new GenerationActivated(generation));
  }

  /** Said before the loading, which takes a while. */
  private void requireCurrent(OptionalInt expected) {
    OptionalInt current = store.generations().active();
    if (!current.equals(expected)) {
      throw new StoreException(
          StoreException.Kind.STALE_GENERATION,
          "%s is active, not %s as expected; look again and decide"
              .formatted(name(current), name(expected)));
    }
  }

  private static String name(OptionalInt generation) {
    return generation.isPresent() ? "generation " + generation.getAsInt() : "no generation";
  }
}
