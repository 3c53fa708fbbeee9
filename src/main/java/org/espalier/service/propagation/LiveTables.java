package org.espalier.service.propagation;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.BitSet;
import java.util.List;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.espalier.kgat.refresh.VectorSink;

/**
 * The tables that a refresh publishes to: users, items, and apart from them entities that are no items, so that they can
 * be ranked when somebody asks for them and are never recommended. An item is an entity with a record or any event.
 * Vectors of zeros say nothing and are not published; those of deleted items and of erased users never are.
 *
 * <p>Calls take turns, so that an erasure and a publication of one user never overlap.
 */
final class LiveTables implements VectorSink, AutoCloseable {

  private final ArenaTable users;
  private final ServedItems items;
  private final ArenaTable others;
  private final BitSet isItem = new BitSet();
  private final BitSet deleted = new BitSet(); // none of them is an item
  private final IntSet erased = new IntOpenHashSet();
  private final float[] scratch;

  /** Owns neither of the tables. */
  LiveTables(ArenaTable users, ServedItems items) {
    this.users = users;
    this.items = items;
    int dim = items.dim();
    scratch = new float[dim];
    others =
        ArenaTable.create(
            new TableShape(
                "other",
                Field.ENTITY.name(),
                dim,
                Projection.NESTED,
                List.of(new SizeGroup(dim, 0, Encoding.FP32))),
            Basis.identity(dim),
            new float[dim]);
  }

  ArenaTable others() {
    return others;
  }

  @Override
  public synchronized void user(int user, float[] vector) {
    if (erased.contains(user) || isZero(vector)) {
      users.remove(user);
    } else {
      users.publish(user, vector, 0, users.dim());
    }
  }

  @Override
  public synchronized void entity(int entity, float[] vector) {
    if (isZero(vector) || deleted.get(entity)) {
      removedEntity(entity);
    } else if (isItem.get(entity)) {
      items.publish(entity, vector);
    } else {
      others.publish(entity, vector, 0, others.dim());
    }
  }

  private boolean isZero(float[] vector) {
    for (int d = 0; d < scratch.length; d++) {
      if (vector[d] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public synchronized void removedUser(int user) {
    users.remove(user);
  }

  @Override
  public synchronized void removedEntity(int entity) {
    items.remove(entity);
    others.remove(entity);
  }

  /** Takes users' vectors away for good. */
  synchronized void erase(IntSet gone) {
    erased.addAll(gone);
    gone.forEach(users::remove);
  }

  /** The entity has an event: it is an item, unless it was deleted; its vector goes where items are. */
  synchronized void hasEvent(int entity) {
    if (!isItem.get(entity) && !deleted.get(entity)) {
      isItem.set(entity);
      if (others.copyVector(entity, scratch, 0)) {
        items.publish(entity, scratch);
        others.remove(entity);
      }
    }
  }

  /** The entity has a record that is not deleted, so it is an item. */
  synchronized void hasRecord(int entity) {
    deleted.clear(entity);
    hasEvent(entity);
  }

  /** The entity's record was deleted; whatever events there are, it is no item. */
  synchronized void isDeleted(int entity) {
    deleted.set(entity);
    isItem.clear(entity);
    removedEntity(entity);
  }

  @Override
  public void close() {
    others.close();
  }
}
