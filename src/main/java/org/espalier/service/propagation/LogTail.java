package org.espalier.service.propagation;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.ChangedTriple;
import org.espalier.embeddings.store.Commit;
import org.espalier.embeddings.store.Edges;
import org.espalier.embeddings.store.EventLog;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.refresh.ChangeSource;
import org.espalier.kgat.refresh.Refresher;
import org.espalier.service.platform.TypeWeights;
import org.jspecify.annotations.Nullable;

/**
 * What happens in the store, as changes of its graph: the graph as it is, and from then on everything that is committed.
 *
 * <p>Events wait in the log itself, from which they are read in slices, so that no stream is too fast for the memory and
 * none is ever held up. Triples, records and erasures wait here, up to a bound. An interaction is an edge of weight 1
 * however often it happens, and so is a triple; changes say what is, so that telling one twice does no harm.
 */
final class LogTail implements ChangeSource {

  private final Store store;
  private final TypeWeights weights;
  private final LiveTables tables;
  private final int eventsMax;
  private final int queueMax;
  private final LongConsumer onVisible;

  private Waiting waiting = new Waiting(); // guarded by this
  private long committed; // guarded by this
  private boolean overflowed; // guarded by this
  private boolean closed; // guarded by this

  private volatile @Nullable Refresher refresher; // that applies what is taken
  private volatile long taken; // written by the one that takes
  private volatile long visible; // written by the one that takes

  /** What was committed beside events. */
  private static final class Waiting {
    private final List<ChangedTriple> triples = new ArrayList<>();
    private final IntSet items = new IntOpenHashSet();
    private final IntSet erasedUsers = new IntOpenHashSet();

    int size() {
      return triples.size() + items.size() + erasedUsers.size();
    }
  }

  /**
   * @param tables are told which entities are items and which users are gone
   * @param eventsMax of a slice
   * @param queueMax changes that wait beside events
   * @param visible up to where events are in the vectors as they are
   * @param onVisible is told up to where events are in the vectors, each time that the refresh comes for more
   */
  LogTail(
      Store store,
      TypeWeights weights,
      LiveTables tables,
      int eventsMax,
      int queueMax,
      long visible,
      LongConsumer onVisible) {
    this.store = store;
    this.weights = weights;
    this.tables = tables;
    this.eventsMax = eventsMax;
    this.queueMax = queueMax;
    this.visible = visible;
    this.onVisible = onVisible;
  }

  /** Hears of a commit; quick, in the committer's thread. */
  synchronized void committed(Commit commit) {
    committed = Math.max(committed, commit.lastSequence());
    if (!overflowed && !closed) {
      waiting.triples.addAll(commit.triples());
      waiting.items.addAll(commit.items());
      waiting.erasedUsers.addAll(commit.erasedUsers());
      if (waiting.size() > queueMax) {
        overflowed = true;
        waiting = new Waiting();
      }
    }
    notifyAll();
  }

  /**
   * The graph as it is now. What is committed from the time on that this object hears of commits is in it or comes with
   * {@link #take}. Called once, before that.
   *
   * @param tripleWeight of a triple where an interaction weighs 1; 0 leaves triples out
   */
  Ckg graph(float tripleWeight) {
    try (EventLog.Hold _ =
        store.events().hold()) { // what is trimmed later stays until the next start
      return readGraph(tripleWeight);
    }
  }

  private Ckg readGraph(float tripleWeight) {
    long to = store.lastSequence();
    IntSet erased = new IntOpenHashSet();
    int users = store.dictionary().size(Field.USER);
    for (int user = 0; user < users; user++) {
      if (store.dictionary().isErased(Field.USER, user)) {
        erased.add(user);
      }
    }
    tables.erase(erased);
    CkgBuilder graph = new CkgBuilder(users, store.dictionary().size(Field.ENTITY));
    store
        .catalogue()
        .scan(
            Catalogue.Kind.ITEM,
            0,
            record -> {
              record(record.id(), record);
              return true;
            });
    Pairs pairs = new Pairs();
    store
        .events()
        .read(
            1,
            to,
            (sequence, user, item, type, value, timeMs) -> {
              tables.hasEvent(item);
              if (weights.of(type) > 0) {
                pairs.add(user, item);
              }
            });
    pairs.forEach((user, item) -> graph.interaction(user, item, 1));
    if (tripleWeight > 0) {
      store
          .edges()
          .scan((relation, head, tail, weight, timeMs) -> {
            if (relation != Edges.INTERACTS) {
              graph.edge(relation, head, tail, tripleWeight);
            }
          });
    }
    taken = to;
    synchronized (this) {
      committed = Math.max(committed, to);
    }
    return graph.build();
  }

  /** Whom changes are taken for, from now on; what it has published is the graph as it was read. */
  void follow(Refresher by) {
    refresher = by;
    setVisible(taken);
  }

  @Override
  public EdgeChanges take(Duration patience) throws InterruptedException {
    setVisible(taken); // whoever comes for more has applied what there was
    long last;
    Waiting news;
    synchronized (this) {
      awaitNews(patience);
      if (overflowed) {
        throw new BacklogException(queueMax);
      }
      if (closed) {
        return new EdgeChanges();
      }
      last = committed;
      news = waiting;
      waiting = new Waiting();
    }
    EdgeChanges changes = new EdgeChanges();
    long to = Math.min(last, taken + eventsMax);
    if (to > taken) {
      store
          .events()
          .read(
              taken + 1,
              to,
              (sequence, user, item, type, value, timeMs) -> {
                tables.hasEvent(item);
                if (weights.of(type) > 0) {
                  changes.set(Edges.INTERACTS, user, item, 1);
                }
              });
    }
    for (ChangedTriple triple : news.triples) {
      if (triple.relation() == Edges.INTERACTS) {
        continue;
      }
      if (triple.there()) {
        changes.set(triple.relation(), triple.head(), triple.tail(), 1);
      } else {
        changes.remove(triple.relation(), triple.head(), triple.tail());
      }
    }
    news.items.forEach(
        item -> record(item, store.catalogue().find(Catalogue.Kind.ITEM, item).orElse(null)));
    news.erasedUsers.forEach(changes::removeUser);
    taken = to;
    if (changes.size() == 0) {
      setVisible(to);
    }
    return changes;
  }

  private void awaitNews(Duration patience) throws InterruptedException {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    while (committed <= taken && waiting.size() == 0 && !overflowed && !closed) {
      long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        return;
      }
      wait(leftMs);
    }
  }

  private void record(int item, @Nullable CatalogueRecord record) {
    if (record != null && record.deleted()) {
      tables.isDeleted(item);
    } else if (record != null) {
      tables.hasRecord(item);
      Refresher following = refresher;
      if (following != null) { // else it is about to publish everything
        following.publishEntity(item);
      }
    }
  }

  private void setVisible(long sequence) {
    visible = sequence;
    onVisible.accept(sequence);
  }

  /** What was taken is in the vectors; called by the one that takes. */
  void refreshed() {
    setVisible(taken);
  }

  /** Position of the log up to which events are in the vectors. */
  long visible() {
    return visible;
  }

  /** Events and changes that wait. */
  synchronized long waiting() {
    return Math.max(0, committed - visible) + waiting.size();
  }

  /** What is left is not taken: whoever starts again reads the graph anew. */
  @Override
  public synchronized boolean isDone() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting = new Waiting();
    notifyAll();
  }
}
