package org.espalier.kgat.refresh;

import it.unimi.dsi.fastutil.ints.IntIterator;
import it.unimi.dsi.fastutil.ints.IntLinkedOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.espalier.kgat.explain.PathSearch;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.learning.kernel.Workers;

/**
 * Keeps the vectors of a {@link HistoryPropagator} true to a graph that changes. A user's vector is made
 * anew of the whole history whenever that changes, so nothing drifts, and what is refreshed is bit for
 * bit what a start from the same graph gives. A known item's vector is what training left; an item that
 * came later has one of its attributes ({@link InferredItems}), and counts in histories by it.
 *
 * <p>The users of a batch are always finished; only those who are stale because a new item of theirs
 * has got other triples may be left by a budget. A user of whose history nothing has a row has no vector.
 */
public final class HistoryRefresher implements Refresher {

  private static final Duration FOREVER = Duration.ofDays(1000);

  private final HistoryPropagator model;
  private final VectorSink sink;
  private final Workers workers;
  private final LiveCkg graph;
  private final InferredItems inferred;
  private final Histories histories;
  private final IntLinkedOpenHashSet users = new IntLinkedOpenHashSet(); // whose history changed
  private final IntLinkedOpenHashSet followers = new IntLinkedOpenHashSet(); // of other new items
  private final IntOpenHashSet newItems = new IntOpenHashSet(); // whose triples changed
  private final IntSet removed = new IntOpenHashSet(); // entities that have not come back
  private final IntOpenHashSet returned = new IntOpenHashSet(); // and those that have
  private final UserEncoder encoder;
  private final float[] vector; // of an item
  private final Row row = new Row();

  private HistoryRefresher(
      HistoryPropagator model, Ckg start, Workers workers, Executor background, VectorSink sink) {
    this.model = model;
    this.sink = sink;
    this.workers = workers;
    graph = LiveCkg.of(start, background);
    inferred = new InferredItems(model, graph);
    histories = new Histories(model, graph, inferred);
    encoder = new UserEncoder(histories, workers, sink);
    vector = new float[model.dim()];
  }

  /**
   * Makes all vectors, hands them to the sink, and is then ready for changes.
   *
   * @param graph with entities numbered as in the propagator, and relations as in its training
   * @param threads at least 1
   * @param background merges the graph's changes; {@code Runnable::run} does it in the caller's thread
   */
  static HistoryRefresher start(
      HistoryPropagator model, Ckg graph, int threads, Executor background, VectorSink sink) {
    Ckg withAllKnown =
        graph.resized(
            graph.userCount(),
            Math.max(graph.entityCount(), model.entityRoom()),
            graph.relationCount());
    Workers workers = new Workers(threads);
    try {
      HistoryRefresher refresher =
          new HistoryRefresher(model, withAllKnown, workers, background, sink);
      refresher.propagateAll();
      return refresher;
    } catch (RuntimeException | Error e) {
      workers.close();
      throw e;
    }
  }

  @Override
  public LiveCkg graph() {
    return graph;
  }

  @Override
  public synchronized void apply(EdgeChanges changes) {
    changes.forEachRemoved(
        new EdgeChanges.Removals() {
          @Override
          public void user(int user) {
            sink.removedUser(user);
          }

          @Override
          public void entity(int entity) {
            removed.add(entity);
            loseMember(entity);
            sink.removedEntity(entity);
          }
        });
    graph.apply(changes, new Noting());
    int room = graph.relationRoom();
    changes.forEachTriple((relation, head, tail) -> {
      membersChanged(head, tail, relation + room);
      membersChanged(tail, head, relation);
    });
  }

  /** Takes in what the graph tells about changed rows. */
  private final class Noting implements LiveCkg.RowListener {

    @Override
    public void resized(int usersBefore, int entitiesBefore) {
      inferred.renumbered();
    }

    @Override
    public void changed(int node, Row changedRow, float changedWeight) {
      if (node < graph.userRoom()) {
        users.add(node);
        return;
      }
      int entity = node - graph.userRoom();
      if (changedRow.size() > 0 && removed.remove(entity)) {
        returned.add(entity);
      }
      if (model.rowOf(entity) < 0) {
        newItems.add(entity);
      }
    }
  }

  /** An entity is about to lose its edges: what shares an attribute with it is stale. */
  private void loseMember(int entity) {
    if (entity < graph.entityCount()) {
      Row edges = new Row();
      graph.row(graph.nodeOfEntity(entity), edges);
      for (int e = edges.begin(); e < edges.end(); e++) {
        int relation = edges.relation(e);
        inferred.forget(entity, relation);
        if (edges.tail(e) >= graph.userRoom()) {
          membersChanged(entity, edges.tail(e) - graph.userRoom(), graph.inverse(relation));
        }
      }
    }
  }

  /**
   * An entity has an attribute, or has it no longer; if training knew the entity, others are inferred from it.
   *
   * @param relation along which the attribute's entity reaches those that have it
   */
  private void membersChanged(int entity, int attribute, int relation) {
    if (model.rowOf(entity) < 0 || attribute >= graph.entityCount()) {
      return;
    }
    inferred.forget(attribute, relation);
    graph.row(graph.nodeOfEntity(attribute), row);
    int end = row.firstOf(relation + 1);
    for (int e = row.firstOf(relation); e < end; e++) {
      int other = row.tail(e) - graph.userRoom();
      if (model.rowOf(other) < 0) {
        newItems.add(other);
      }
    }
  }

  @Override
  public synchronized RefreshReport propagateAll() {
    long startNs = System.nanoTime();
    for (int entity = 0; entity < graph.entityCount(); entity++) {
      if (model.rowOf(entity) < 0) {
        newItems.add(entity);
      }
    }
    long computed = newItems.size();
    inferNewItems(false);
    returned.clear();
    int published = 0;
    for (int entity = 0; entity < graph.entityCount(); entity++) {
      published += publish(entity) ? 1 : 0;
    }
    for (int user = 0; user < graph.userCount(); user++) {
      users.add(user);
    }
    followers.clear();
    computed += users.size();
    published += encoder.encode(users, startNs + FOREVER.toNanos());
    return report(computed, published, true, startNs);
  }

  @Override
  public synchronized RefreshReport refresh(Duration budget) {
    long startNs = System.nanoTime();
    long endNs = startNs + budget.toNanos();
    long computed = (long) newItems.size() + users.size();
    int published = inferNewItems(true);
    for (IntIterator back = returned.iterator(); back.hasNext(); ) {
      published += publish(back.nextInt()) ? 1 : 0;
    }
    returned.clear();
    published += encoder.encode(users, startNs + FOREVER.toNanos());
    int before = followers.size();
    published += encoder.encode(followers, endNs);
    return report(computed + before - followers.size(), published, false, startNs);
  }

  private RefreshReport report(long computed, int published, boolean full, long startNs) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNs);
    return new RefreshReport(computed, published, full, followers.size(), took, took);
  }

  /** Infers what is due, publishes what changed where that is wanted, and notes whom it concerns. */
  private int inferNewItems(boolean publishing) {
    int published = 0;
    for (IntIterator due = newItems.iterator(); due.hasNext(); ) {
      int entity = due.nextInt();
      if (inferred.infer(entity)) {
        noteFollowers(entity);
        published += publishing && publish(entity) ? 1 : 0;
      }
    }
    newItems.clear();
    return published;
  }

  private void noteFollowers(int entity) {
    graph.row(graph.nodeOfEntity(entity), row);
    int interacted = graph.inverse(CkgBuilder.INTERACTS);
    int end = row.firstOf(interacted + 1);
    for (int e = row.firstOf(interacted); e < end; e++) {
      followers.add(row.tail(e));
    }
  }

  private boolean publish(int entity) {
    if (removed.contains(entity)) {
      return false;
    }
    if (histories.item(entity, vector)) {
      sink.entity(entity, vector);
      return true;
    }
    sink.removedEntity(entity);
    return false;
  }

  @Override
  public synchronized void publishEntity(int entity) {
    if (entity < graph.entityCount() && !removed.contains(entity)) {
      if (histories.item(entity, vector)) {
        sink.entity(entity, vector);
      }
    }
  }

  /** Whether a vector that is due has moved, and how far, is not known before it is made: it counts as 1. */
  @Override
  public synchronized Staleness staleness() {
    int due = newItems.size() + users.size() + followers.size();
    long all = (long) graph.userCount() + graph.entityCount();
    return new Staleness(due == 0 ? 0 : 1, all == 0 ? 0 : (double) due / all, due);
  }

  /** What the items of the history add to the score: {@link HistoryPaths}. */
  @Override
  public PathSearch paths() {
    return new HistoryPaths(histories);
  }

  @Override
  public synchronized void close() {
    workers.close();
  }
}
