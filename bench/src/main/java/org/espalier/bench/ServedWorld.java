package org.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.Triple;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.service.platform.Activation;
import org.espalier.service.propagation.PropagationListener;
import org.espalier.service.propagation.PropagationPhase;
import org.espalier.service.propagation.PropagationPlan;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.espalier.service.propagation.PropagationPlan.Preset;
import org.espalier.service.propagation.PropagationResult;
import org.espalier.service.propagation.PropagationTrainer;
import org.springframework.context.ApplicationContext;

/** A made-up world in a running service, with a propagator that serves and follows what comes in. */
final class ServedWorld {

  private static final int EVENTS_AT_ONCE = 5000;
  private static final PropagationListener QUIET =
      new PropagationListener() {
        @Override
        public void phase(PropagationPhase phase) {}

        @Override
        public void progress(double share, String note) {}
      };

  private ServedWorld() {}

  /** Stores the world, trains for one epoch, since what a refresh costs does not depend on the weights, and activates. */
  static void serve(ApplicationContext service, SampleWorld world, Model model) throws IOException {
    Store store = service.getBean(Store.class);
    store.putTriples(
        world
            .triples()
            .map(triple -> new Triple(triple.head(), triple.relation(), triple.tail(), 1, 0))
            .toList());
    List<Event> events = new ArrayList<>();
    for (Iterator<WorldEvent> all = world.events(); all.hasNext(); ) {
      WorldEvent e = all.next();
      events.add(
          new Event(
              null, e.type(), e.userId(), e.itemId(), e.click() ? 1 : 0, e.timeMs(), null, null));
      if (events.size() == EVENTS_AT_ONCE || !all.hasNext()) {
        store.append(events);
        events.clear();
      }
    }
    Path work = Files.createTempDirectory("espalier-bench");
    try {
      PropagationPlan plan =
          new PropagationPlan(
              model,
              Preset.PAPER,
              List.of(64, 32, 16),
              null,
              2048,
              1,
              true,
              1,
              Runtime.getRuntime().availableProcessors(),
              0,
              PropagationPlan.usualMemory());
      PropagationResult made =
          service.getBean(PropagationTrainer.class).make(plan, work, QUIET, () -> false);
      service.getBean(Activation.class).activate(((PropagationResult.Made) made).generation());
    } finally {
      Files.delete(work);
    }
  }
}
