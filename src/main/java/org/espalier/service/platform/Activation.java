package org.espalier.service.training;

import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.GenerationActivated;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/** Makes a generation the one that serves, in a running service. */
@Component
public class Activation {

  private final Store store;
  private final ApplicationEventPublisher events;

  Activation(Store store, ApplicationEventPublisher events) {
    this.store = store;
    this.events = events;
  }

  /**
   * Activates a generation and returns once it answers.
   *
   * @throws org.espalier.embeddings.store.StoreException when there is no such generation, or another one was activated
   *     meanwhile
   */
  public void activate(int generation) {
    store.generations().activate(generation, store.generations().active());
    events.publishEvent(new GenerationActivated(generation));
  }
}
