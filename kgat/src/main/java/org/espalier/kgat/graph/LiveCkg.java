package org.espalier.kgat.graph;

import java.util.concurrent.Executor;
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
public final class LiveCkg implements NumberedGraph {

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

  private final Object writing = new Object(); // held by the one that applies
  private final MergedLevels levels;

  private volatile int
      users; // ids seen, without the room; written under `writing`, as all these are
  private volatile int entities;
  private volatile int relations;
  private volatile long edgeCount;

  private final RowEdit edit; // guarded by `writing`
  private final Row after = new Row(); // guarded by `writing`

  private LiveCkg(ValuedCkg below, Ckg seen, boolean valued, Executor background) {
    levels = new MergedLevels(below, valued, background);
    users = seen.userCount();
    entities = seen.entityCount();
    relations = seen.relationCount();
    edgeCount = seen.edgeCount();
    edit = new RowEdit(valued);
  }

  /**
   * Starts from a graph, which it leaves alone.
   *
   * @param background runs merges; {@code Runnable::run} merges in the thread that applies
   */
  public static LiveCkg of(Ckg graph, Executor background) {
    return new LiveCkg(new ValuedCkg(Room.around(graph), new float[0]), graph, false, background);
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
    return new LiveCkg(new ValuedCkg(Room.around(graph), values), graph, true, background);
  }

  /** Users that there are numbers for: entities follow behind. */
  @Override
  public int userRoom() {
    return graph().userCount();
  }

  /** Entities that there are numbers for. */
  public int entityRoom() {
    return graph().entityCount();
  }

  /** Nodes that there are numbers for: {@code userRoom() + entityRoom()}. */
  @Override
  public int nodeCount() {
    return graph().nodeCount();
  }

  /** Relations that there are numbers for; inverses count from here. */
  @Override
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
  @Override
  public int inverse(int relation) {
    return graph().inverse(relation);
  }

  /** The node of an entity. */
  public int nodeOfEntity(int entity) {
    return graph().nodeOfEntity(entity);
  }

  /** Points a row at a node's edges. */
  @Override
  public void row(int node, Row row) {
    levels.now().row(node, row);
  }

  private Ckg graph() {
    return levels.now().below().graph();
  }

  /** Runs something that reads this graph, from any thread, on one state of it. */
  @Override
  public <T extends @Nullable Object> T read(Supplier<T> reader) {
    return levels.read(reader);
  }

  /** Applies changes, all of them before the next reader. */
  public void apply(EdgeChanges changes, RowListener listener) {
    synchronized (writing) {
      levels.write(() -> note(changes));
      boolean fits = users <= userRoom() && entities <= entityRoom() && relations <= relationRoom();
      if (!fits) {
        resize(listener);
      }
      levels.write(() -> {
        DirectedChanges directed = DirectedChanges.of(changes, this);
        for (int from = 0; from < directed.size(); ) {
          int to = from + 1;
          while (to < directed.size() && directed.node(to) == directed.node(from)) {
            to++;
          }
          changeRow(directed, from, to, listener);
          from = to;
        }
      });
      levels.mergeIfDue();
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
    int usersBefore = userRoom();
    int entitiesBefore = entityRoom();
    levels.enlarge(
        merged -> Room.enlarged(merged, users, entities, relations),
        () -> listener.resized(usersBefore, entitiesBefore));
  }

  /** Applies the changes {@code from} to {@code to}, all of one node's row. */
  private void changeRow(DirectedChanges changes, int from, int to, RowListener listener) {
    int node = changes.node(from);
    row(node, edit.old());
    int edgesBefore = edit.old().size();
    if (edit.apply(changes, from, to)) {
      long others = edgeCount - edgesBefore;
      edgeCount = others + edit.result().size();
      RowPool active = levels.now().active();
      active.put(node, edit.result());
      active.row(node, after);
      listener.changed(node, after, edit.changedWeight());
    }
  }

  /**
   * The graph as it is at one moment between two {@code apply} calls, with as many users, entities and
   * relations as have been seen. Takes as long as a merge, which it also is.
   */
  public Ckg snapshot() {
    Ckg merged = levels.merged(); // what is applied meanwhile leaves it alone
    return merged.resized(
        Math.min(users, merged.userCount()),
        Math.min(entities, merged.entityCount()),
        Math.min(relations, merged.relationCount()));
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
