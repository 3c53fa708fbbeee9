package org.espalier.service.propagation;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Commit;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.kgat.explain.Explainer;
import org.espalier.kgat.explain.Explanation;
import org.espalier.kgat.refresh.RefreshLoop;
import org.espalier.kgat.refresh.RefreshReport;
import org.espalier.kgat.refresh.Refresher;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.platform.TypeWeights;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation's vectors, kept true to the store. Starts from the whole graph; when the refresh ends for whatever
 * reason, it starts so again after a while, and until then the vectors stay as they are.
 */
final class LiveSession implements LiveVectors.Session {

  private static final Logger log = LoggerFactory.getLogger(LiveSession.class);

  private static final long STALENESS_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

  private final int generation;
  private final Store store;
  private final LiveModel model;
  private final TypeWeights weights;
  private final RefreshProperties properties;
  private final RefreshMetrics metrics;
  private final ScheduledExecutorService background;
  private final Consumer<LiveSession> onClose;
  private final LiveTables tables;
  private final Restarts restarts;
  private final Object lifecycle = new Object(); // held by the one that starts or stops a run

  private volatile @Nullable Run run; // written under `lifecycle`
  private volatile boolean closed;
  private volatile @Nullable LogTail tail; // that of the run, or of the one that is being started
  private long measuredNs; // of the loop's thread, as is the next
  private boolean unmeasured;

  /** What ends together. */
  private record Run(LogTail tail, Refresher refresher, Explainer explainer, RefreshLoop loop)
      implements AutoCloseable {
    @Override
    public void close() {
      loop.close();
      refresher.close();
    }
  }

  /**
   * Nothing runs before {@link #start}.
   *
   * @param background runs merges of the graph and starts anew
   */
  LiveSession(
      int generation,
      Store store,
      LiveModel model,
      TypeWeights weights,
      RefreshProperties properties,
      RefreshMetrics metrics,
      ScheduledExecutorService background,
      Consumer<LiveSession> onClose,
      ArenaTable users,
      ServedItems items) {
    this.generation = generation;
    this.store = store;
    this.model = model;
    this.weights = weights;
    this.properties = properties;
    this.metrics = metrics;
    this.background = background;
    this.onClose = onClose;
    this.tables = new LiveTables(users, items);
    this.restarts = new Restarts(background, this::restart);
  }

  /** Hears of a commit. */
  void committed(Commit commit) {
    if (!commit.erasedUsers().isEmpty()) {
      tables.erase(commit.erasedUsers());
    }
    LogTail now = tail;
    if (now != null) {
      now.committed(commit);
    }
  }

  /** Propagates through the whole graph, and goes on with what comes in. */
  void start() {
    synchronized (lifecycle) {
      if (closed) {
        return;
      }
      long startNs = System.nanoTime();
      LogTail next =
          new LogTail(
              store,
              weights,
              tables,
              properties.eventsMax(),
              properties.queueMax(),
              appliedSequence(),
              this::visible);
      tail = next;
      Refresher refresher =
          model.start(next.graph(model.tripleWeight()), properties.settings(), background, tables);
      next.follow(refresher);
      Explainer explainer =
          new Explainer(
              refresher.graph(),
              refresher.paths(),
              user -> store.dictionary().token(Field.USER, user),
              entity -> store.dictionary().token(Field.ENTITY, entity),
              relation -> store.dictionary().token(Field.RELATION, relation));
      RefreshLoop loop =
          RefreshLoop.start(
              refresher,
              next,
              properties.budget(),
              report -> refreshed(next, report),
              this::failed);
      run = new Run(next, refresher, explainer, loop);
      log.info(
          "Generation {} follows the log from {} on: {} users, {} entities, {} edges, propagated in {} ms",
          generation,
          next.visible(),
          refresher.graph().userCount(),
          refresher.graph().entityCount(),
          refresher.graph().edgeCount() / 2,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
    }
  }

  private void refreshed(LogTail of, RefreshReport report) {
    restarts.succeeded();
    metrics.refreshed(report);
    unmeasured = true;
    of.refreshed();
  }

  /** Called whenever the refresh comes for more: how stale the vectors are takes a look at all of them. */
  private void visible(long sequence) {
    metrics.visible().visible(sequence);
    Run now = run;
    long nowNs = System.nanoTime();
    if (unmeasured && now != null && nowNs - measuredNs > STALENESS_EVERY_NS) {
      unmeasured = false;
      measuredNs = nowNs;
      metrics.staleness(now.refresher.staleness());
    }
  }

  /** Called in the loop's thread, as its last act. */
  private void failed(RuntimeException e) {
    if (closed) {
      return;
    }
    metrics.restarted();
    if (e instanceof BacklogException) {
      log.info("Generation {} is propagated anew: {}", generation, e.getMessage());
    } else {
      log.error("The refresh of generation {} failed; it begins anew", generation, e);
      restarts.failed();
    }
    restarts.later();
  }

  private void restart() {
    synchronized (lifecycle) {
      try {
        stop();
        start();
      } catch (RuntimeException e) {
        restarts.failed();
        log.error("The refresh of generation {} cannot begin anew", generation, e);
        restarts.later();
      }
    }
  }

  private void stop() {
    Run now = run;
    run = null;
    if (now != null) {
      now.close();
    }
  }

  /**
   * Waits until what is committed now is in the vectors, then computes all that the refresh has left over.
   *
   * @return empty when it was cancelled, or the session closed
   */
  Optional<PropagationJobs.Refreshed> refreshNow(BooleanSupplier cancelled)
      throws InterruptedException {
    long wanted = store.lastSequence();
    while (!closed && !cancelled.getAsBoolean()) {
      Run now = run;
      if (now != null && now.tail.visible() >= wanted) {
        float before = now.refresher.staleness().largest();
        RefreshReport report = now.refresher.propagateAll();
        metrics.refreshed(report);
        metrics.staleness(now.refresher.staleness());
        return Optional.of(
            new PropagationJobs.Refreshed(
                report.rowsComputed(),
                before,
                now.refresher.staleness().largest(),
                now.tail.visible()));
      }
      Thread.sleep(10);
    }
    return Optional.empty();
  }

  /** Events and changes that wait to be seen by rankings. */
  long waiting() {
    LogTail now = tail;
    return now == null ? 0 : now.waiting();
  }

  @Override
  public long appliedSequence() {
    LogTail now = tail;
    return now == null ? 0 : now.visible();
  }

  @Override
  public void scoreOthers(float[] user, int[] entities, int count, float[] scores) {
    boolean missing = false;
    for (int i = 0; i < count && !missing; i++) {
      missing = Float.isNaN(scores[i]);
    }
    if (missing) {
      float[] others = new float[count];
      tables.others().score(user, entities, count, others);
      for (int i = 0; i < count; i++) {
        scores[i] = Float.isNaN(scores[i]) ? others[i] : scores[i];
      }
    }
  }

  @Override
  public List<Explanation> explain(int user, int item, int limit) {
    Run now = run;
    return now == null ? List.of() : now.explainer.explain(user, item, limit);
  }

  @Override
  public void close() {
    closed = true; // ends what waits for the lock
    synchronized (lifecycle) {
      stop();
      tables.close();
    }
    onClose.accept(this);
  }
}
