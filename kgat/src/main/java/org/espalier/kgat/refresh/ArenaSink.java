package org.espalier.kgat.refresh;

import java.util.function.IntPredicate;
import org.espalier.embeddings.arena.ArenaTable;

/** Publishes vectors at full size to two serving tables, which it does not own. */
public final class ArenaSink implements VectorSink {

  private final ArenaTable users;
  private final ArenaTable items;
  private final IntPredicate isItem;

  /**
   * @param isItem which entities are items; the others are not published
   */
  public ArenaSink(ArenaTable users, ArenaTable items, IntPredicate isItem) {
    this.users = users;
    this.items = items;
    this.isItem = isItem;
  }

  @Override
  public void user(int user, float[] vector) {
    users.publish(user, vector, 0, users.dim());
  }

  @Override
  public void entity(int entity, float[] vector) {
    if (isItem.test(entity)) {
      items.publish(entity, vector, 0, items.dim());
    }
  }

  @Override
  public void removedUser(int user) {
    users.remove(user);
  }

  @Override
  public void removedEntity(int entity) {
    items.remove(entity);
  }
}
