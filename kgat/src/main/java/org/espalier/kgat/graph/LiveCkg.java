package org.espalier.kgat.graph;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Ckg} that changes: rows that changed lie in a pool above the compressed graph, and are merged
 * into a new one in the background when the pool has grown large. Nodes are numbered as in a Ckg, users
 * first, with room for users, entities and relations to come; when it runs out, everything is renumbered
 * once and the listener is told.
 *
 * <p>Beside its weight an edge may have a value, which belongs to whoever listens (attention, say) and
 * moves with the edge. The value of an edge that is new or whose weight changed is NaN until the
 * listener has filled it in.
 *
 * <p>Any number of threads. {@link #apply} calls take turns, and only they change what a reader sees:
 * the thread that applies changes may read at any time, others within {@link #read}, which waits for a
 * running {@code apply} but never for a merge.
 */
public final class LiveCkg {

  /** Is told what {@link #apply} did, in its thread, while no other thread reads. Must not throw. */
  public interface RowListener {

    /** Users, entities and relations have been given more room, and nodes other numbers. */
    void resized(int usersBefore, int entitiesBefore);

    /**
     * A node's row has changed.
     *
     * @param row after the change, with NaN where a value is missing
     * @param changedWeight the sum over the edges of {@code |weight after − weight before|}
     */
    void changed(int node, Row row, float changedWeight);
  }

  private static final int MERGE_EDGES_MIN = 1 << 14;
  private static final int MERGE_SHARE = 8; // a pool of an eighth of the graph is merged

  private final Executor background;
  private final boolean valued;
  private final AtomicBoolean mergeAsked = new AtomicBoolean();
  private final Object writing =
      new Object(); // held by the one that applies; taken before `merging`
  private final Object merging = new Object(); // held by the one that merges; taken before `lock`
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private volatile Levels levels; // written under `lock`
  private volatile int
      users; // ids seen, without the room; written under `writing`, as all these are
  private volatile int entities;
  private volatile int relations;
  private volatile long edgeCount;

  private final EdgeBuffer buffer; // guarded by `writing`
  private final Row old = new Row(); // guarded by `writing`
  private final Row after = new Row(); // guarded by `writing`

  /**
   * Where rows are looked for, from the last to the first. Swapped as one, so that a thread which reads
   * while a merge ends sees either state.
   *
   * @param below never changes
   * @param frozen never changes; a merge is to put it into {@code below}
   * @param active changes under the lock
   */
  private record Levels(ValuedCkg below, RowPool frozen, RowPool active) {}

  private LiveCkg(ValuedCkg below, Ckg seen, boolean valued, Executor background) {
    levels = new Levels(below, new RowPool(valued), new RowPool(valued));
    this.valued = valued;
    this.background = background;
    users = seen.userCount();
    entities = seen.entityCount();
    relations = seen.relationCount();
    edgeCount = seen.edgeCount();
    buffer = new EdgeBuffer(64, valued);
  }

  /**
   * Starts from a graph, which it leaves alone.
   *
   * @param background runs merges; {@code Runnable::run} merges in the thread that applies
   */
  public static LiveCkg of(Ckg graph, Executor background) {
    return new LiveCkg(new ValuedCkg(withRoom(graph), new float[0]), graph, false, background);
  }

  /**
   * The same with a value an edge.
   *
   * @param values (edgeCount), in the order of the graph's edges; taken over
   */
  public static LiveCkg of(Ckg graph, float[] values, Executor background) {
    if (values.length != graph.edgeCount()) {
      throw new IllegalArgumentException(
          "%d values for %d edges".formatted(values.length, graph.edgeCount()));
    }
    return new LiveCkg(new ValuedCkg(withRoom(graph), values), graph, true, background);
  }

  private static Ckg withRoom(Ckg graph) {
    return graph.resized(
        roomFor(graph.userCount()),
        roomFor(graph.entityCount()),
        roomForRelations(graph.relationCount()));
  }

  private static int roomFor(int count) {
    return Math.addExact(count, count / 8 + 64);
  }

  private static int roomForRelations(int count) {
    return Math.addExact(count, count / 4 + 8);
  }

  /** Users that there are numbers for: entities follow behind. */
  public int userRoom() {
    return graph().userCount();
  }

  /** Entities that there are numbers for. */
  public int entityRoom() {
    return graph().entityCount();
  }

  /** Nodes that there are numbers for: {@code userRoom() + entityRoom()}. */
  public int nodeCount() {
    return graph().nodeCount();
  }

  /** Relations that there are numbers for; inverses count from here. */
  public int relationRoom() {
    return graph().relationCount();
  }

  /** Users that an edge has named, or the first graph had: ids below this. */
  public int userCount() {
    return users;
  }

  /** Entities that an edge has named, or the first graph had: ids below this. */
  public int entityCount() {
    return entities;
  }

  /** Directed edges. */
  public long edgeCount() {
    return edgeCount;
  }

  /** The inverse of a relation or of an inverse. */
  public int inverse(int relation) {
    return graph().inverse(relation);
  }

  /** The node of an entity. */
  public int nodeOfEntity(int entity) {
    return graph().nodeOfEntity(entity);
  }

  /** Points a row at a node's edges. */
  public void row(int node, Row row) {
    Levels now = levels;
    if (!now.active.row(node, row) && !now.frozen.row(node, row)) {
      now.below.graph().row(node, now.below.values(), row);
    }
  }

  private Ckg graph() {
    return levels.below.graph();
  }

  /** Runs something that reads this graph, from any thread, on one state of it. */
  public <T extends @Nullable Object> T read(Supplier<T> reader) {
    lock.readLock().lock();
    try {
      return reader.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Applies changes, all of them before the next reader. */
  public void apply(EdgeChanges changes, RowListener listener) {
    synchronized (writing) {
      lock.writeLock().lock();
      try {
        note(changes);
      } finally {
        lock.writeLock().unlock();
      }
      boolean fits = users <= userRoom() && entities <= entityRoom() && relations <= relationRoom();
      if (!fits) {
        resize(listener);
      }
      lock.writeLock().lock();
      try {
        DirectedChanges directed = DirectedChanges.of(changes, this);
        for (int from = 0; from < directed.size(); ) {
          int to = from + 1;
          while (to < directed.size() && directed.node(to) == directed.node(from)) {
            to++;
          }
          changeRow(directed, from, to, listener);
          from = to;
        }
      } finally {
        lock.writeLock().unlock();
      }
      long due = Math.max(MERGE_EDGES_MIN, graph().edgeCount() / MERGE_SHARE);
      if (levels.active.edges() > due && mergeAsked.compareAndSet(false, true)) {
        background.execute(this::mergeInBackground);
      }
    }
  }

  /** Notes the largest ids that edges name. */
  private void note(EdgeChanges changes) {
    for (int i = 0; i < changes.size(); i++) {
      boolean edge = changes.kinds.getByte(i) <= EdgeChanges.ADD && changes.weights.getFloat(i) > 0;
      if (edge) {
        int relation = changes.relations.getInt(i);
        int head = changes.heads.getInt(i);
        if (relation == CkgBuilder.INTERACTS) {
          users = Math.max(users, head + 1);
        } else {
          entities = Math.max(entities, head + 1);
        }
        entities = Math.max(entities, changes.tails.getInt(i) + 1);
        relations = Math.max(relations, relation + 1);
      }
    }
  }

  /** Makes room; renumbers, which no other thread may see half done. */
  private void resize(RowListener listener) {
    synchronized (merging) {
      mergeFrozen();
      mergeFrozen(); // the first may have found an older pool
      lock.writeLock().lock();
      try {
        int usersBefore = userRoom();
        int entitiesBefore = entityRoom();
        Ckg larger =
            graph()
                .resized(
                    users > userRoom() ? roomFor(users) : userRoom(),
                    entities > entityRoom() ? roomFor(entities) : entityRoom(),
                    relations > relationRoom() ? roomForRelations(relations) : relationRoom());
        levels =
            new Levels(new ValuedCkg(larger, levels.below.values()), levels.frozen, levels.active);
        listener.resized(usersBefore, entitiesBefore);
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Applies the changes {@code from} to {@code to}, all of one node's row. */
  private void changeRow(DirectedChanges changes, int from, int to, RowListener listener) {
    int node = changes.node(from);
    row(node, old);
    buffer.clear();
    int copied = old.begin();
    double changedWeight = 0;
    boolean changed = false;
    for (int i = from; i < to; ) {
      int place = old.place(copied, changes.relation(i), changes.tail(i));
      boolean exists = place >= 0;
      int at = exists ? place : -1 - place;
      float weightBefore = exists ? old.weight(at) : 0;
      float weight = weightBefore;
      int edge = i;
      for (; i < to && changes.sameEdge(i, edge); i++) {
        weight = changes.after(i, weight);
      }
      if (weight != weightBefore) {
        changed = true;
        changedWeight += Math.abs((double) weight - weightBefore);
        buffer.append(old, copied, at);
        if (weight > 0) {
          buffer.append(changes.relation(edge), changes.tail(edge), weight);
        }
        copied = exists ? at + 1 : at;
      }
    }
    if (changed) {
      buffer.append(old, copied, old.end());
      long edgesBefore = edgeCount;
      edgeCount = edgesBefore + buffer.size() - old.size();
      RowPool active = levels.active;
      active.put(node, buffer);
      active.row(node, after);
      listener.changed(node, after, (float) changedWeight);
    }
  }

  /**
   * The graph as it is at one moment between two {@code apply} calls, with as many users, entities and
   * relations as have been seen. Takes as long as a merge, which it also is.
   */
  public Ckg snapshot() {
    synchronized (merging) {
      mergeFrozen(); // an older pool, if one is left
      mergeFrozen();
      Ckg merged = graph();
      // What is applied meanwhile goes to `active` and leaves `merged` alone.
      return merged.resized(
          Math.min(users, merged.userCount()),
          Math.min(entities, merged.entityCount()),
          Math.min(relations, merged.relationCount()));
    }
  }

  private void mergeInBackground() {
    mergeAsked.set(false);
    synchronized (merging) {
      mergeFrozen();
    }
  }

  /** Merges the frozen pool, or when there is none freezes the active one and merges that. */
  private void mergeFrozen() {
    Levels before = freeze();
    if (!before.frozen.isEmpty()) {
      ValuedCkg merged = before.below.with(before.frozen, valued); // readers and writers go on
      lock.writeLock().lock();
      try {
        levels = new Levels(merged, new RowPool(valued), levels.active);
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  private Levels freeze() {
    lock.writeLock().lock();
    try {
      if (levels.frozen.isEmpty()) {
        levels = new Levels(levels.below, levels.active, new RowPool(valued));
      }
      return levels;
    } finally {
      lock.writeLock().unlock();
    }
  }

  // Numbers for DirectedChanges; -1 for an id that has none.

  int nodeOfHead(int relation, int id) {
    return relation == CkgBuilder.INTERACTS ? nodeOfUser(id) : nodeOfTail(id);
  }

  int nodeOfUser(int id) {
    return id < userRoom() ? id : -1;
  }

  int nodeOfTail(int id) {
    return id < entityRoom() ? userRoom() + id : -1;
  }

  /** The node that change {@code i} removes; -1 when it removes none. */
  int nodeOfRemoved(EdgeChanges changes, int i) {
    return switch (changes.kinds.getByte(i)) {
      case EdgeChanges.REMOVE_USER -> nodeOfUser(changes.heads.getInt(i));
      case EdgeChanges.REMOVE_ENTITY -> nodeOfTail(changes.heads.getInt(i));
      default -> -1;
    };
  }
}
