package org.espalier.service.training;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Store;
import org.espalier.search.size.StreamSaliency;
import org.espalier.search.size.StreamSizes;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.ServedTables;
import org.espalier.service.platform.TypeWeights;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Continuous search: follows the log beside the ingest path, keeps what the stream says of sizes, and says how far
 * today's best sizes are from those of the time at which the serving generation was made. The log itself is the queue
 * between ingest and this thread, so nothing waits and nothing is lost; after a start, and for another generation, it
 * reads again what still counts. Sizes can be compared in pruned generations only, whose rows are prefixes.
 */
final class SizeDrift implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(SizeDrift.class);

  private static final int EVENTS_A_STEP = 1 << 14;

  /** Older events weigh less than a sixteenth together. */
  private static final int HALF_LIVES_KEPT = 4;

  private final Store store;
  private final ServedTables served;
  private final TypeWeights weights;
  private final DriftProperties properties;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Thread thread;
  private volatile @Nullable Followed followed; // replaced by the thread alone

  SizeDrift(
      Store store,
      ServedTables served,
      TypeWeights weights,
      DriftProperties properties,
      MeterRegistry meters) {
    this.store = store;
    this.served = served;
    this.weights = weights;
    this.properties = properties;
    Gauge.builder("espalier.sizes.drift", this, drift -> drift.current().orElse(Double.NaN))
        .description("Share of the stored numbers that today's best sizes would move")
        .register(meters);
    Gauge.builder("espalier.sizes.behind", this, SizeDrift::behind)
        .description("Events of the log that continuous search has not read")
        .register(meters);
    Gauge.builder("espalier.sizes.bytes", this, SizeDrift::bytes)
        .description("Memory of continuous search")
        .baseUnit("bytes")
        .register(meters);
  }

  /** What is known of one generation's sizes. */
  private static final class Followed {
    final int generation;
    final StreamSaliency saliency;
    final long budget;
    volatile long position; // the last sequence that was read
    volatile double drift = Double.NaN;
    @Nullable StreamSizes atMaking;
    ServedTables.Lent lent; // of the step that runs

    Followed(ServedTables.Lent lent, DriftProperties properties, long position, long budget) {
      this.generation = lent.generation();
      this.lent = lent;
      this.position = position;
      this.budget = budget;
      this.saliency =
          new StreamSaliency(
              lent.items().dim(),
              properties.halfLifeEvents(),
              properties.tokensMax(),
              (token, target) -> row(this.lent.users(), token, target),
              (token, target) -> row(this.lent.items(), token, target));
    }

    private static int row(ArenaTable table, int token, float[] target) {
      int size = table.sizeOf(token);
      if (size > 0) {
        table.copyVector(token, target, 0);
      }
      return size;
    }
  }

  /** The drift as of the last look; empty before it, and for a generation whose sizes cannot be compared. */
  OptionalDouble current() {
    Followed now = followed;
    return now == null || Double.isNaN(now.drift)
        ? OptionalDouble.empty()
        : OptionalDouble.of(now.drift);
  }

  /** See {@link StreamSaliency#userWeights}; 1 for all when no generation is followed. */
  float[] userWeights(int[] users) {
    Followed now = followed;
    return now == null ? SearchStore.alike(users) : now.saliency.userWeights(users);
  }

  /** Reads what is new in the log, and computes the drift if that was anything. */
  void look() {
    Optional<ServedTables.Lent> lease = served.lend();
    if (lease.isEmpty()) {
      followed = null;
      return;
    }
    try (ServedTables.Lent lent = lease.get()) {
      Followed now = followed;
      if (now == null || now.generation != lent.generation()) {
        now = begin(lent);
        followed = now;
      }
      if (now != null) {
        now.lent = lent;
        follow(now);
      }
    }
  }

  /** Null for a generation without users' rows, or whose rows are no prefixes. */
  private @Nullable Followed begin(ServedTables.Lent lent) {
    boolean prefixes =
        store
            .generations()
            .header(lent.generation(), MfGeneration.ITEMS)
            .basis()
            .directions(1)
            .isEmpty();
    if (!prefixes || lent.users().rowCount() == 0) {
      return null;
    }
    long back = HALF_LIVES_KEPT * properties.halfLifeEvents();
    long position = Math.max(0, Math.min(lent.logPosition(), store.lastSequence()) - back);
    long budget = numbers(lent.users()) + numbers(lent.items());
    return new Followed(lent, properties, position, budget);
  }

  /** Of the tokens that are followed. */
  private long numbers(ArenaTable table) {
    long sum = 0;
    for (int token = 0; token < properties.tokensMax(); token++) {
      sum += Math.max(0, table.sizeOf(token));
    }
    return sum;
  }

  private void follow(Followed now) {
    long last = store.lastSequence();
    if (now.position == last && now.atMaking != null) {
      return;
    }
    long made = Math.min(now.lent.logPosition(), last);
    if (now.atMaking == null) {
      read(now, made);
      if (stopping()) {
        return;
      }
      now.atMaking = now.saliency.best(now.budget);
    }
    read(now, last);
    now.drift = now.saliency.best(now.budget).movedFrom(now.atMaking);
  }

  private void read(Followed now, long to) {
    while (now.position < to && !stopping()) {
      long end = Math.min(to, now.position + EVENTS_A_STEP);
      store
          .events()
          .read(
              now.position + 1,
              end,
              (_, user, item, type, _, _) -> {
                if (weights.of(type) > 0) {
                  now.saliency.add(user, item);
                }
              });
      now.position = end;
    }
  }

  private double behind() {
    Followed now = followed;
    return now == null ? 0 : Math.max(0, store.lastSequence() - now.position);
  }

  private double bytes() {
    Followed now = followed;
    return now == null ? 0 : now.saliency.bytes();
  }

  private boolean stopping() {
    return stopped.getCount() == 0;
  }

  @Override
  public void start() {
    if (properties.enabled()) {
      Thread follower = Thread.ofPlatform().daemon().name("size-drift").unstarted(this::followOn);
      thread = follower;
      follower.start();
    }
  }

  private void followOn() {
    try {
      do {
        try {
          look();
        } catch (RuntimeException e) {
          log.warn("Continuous search fails and tries again in {}", properties.every(), e);
        }
      } while (!stopped.await(properties.every().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stop() {
    stopped.countDown();
    Thread follower = thread;
    if (follower != null) {
      try {
        follower.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      thread = null;
    }
  }

  @Override
  public boolean isRunning() {
    return thread != null;
  }
}
