package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import org.espalier.embeddings.arena.Leases;
import org.espalier.embeddings.store.Commit;
import org.jspecify.annotations.Nullable;

/**
 * The model that answers now, lent to each request for as long as it takes. A model that is replaced closes when its
 * last request is done. Rows of erased users leave it before the erasure is answered.
 */
final class ActiveModel implements AutoCloseable {

  private final Leases<Slot> leases = new Leases<>(new Slot(null));

  /** Users erased in this process, for models whose loading they overtake. Guarded by this object's lock. */
  private final IntSet erased = new IntOpenHashSet();

  /** What is lent: a model, or none as long as there is no generation. */
  record Slot(@Nullable ServedModel model) implements AutoCloseable {
    @Override
    public void close() {
      if (model != null) {
        model.close();
      }
    }
  }

  /** Borrows what answers now; never blocks. */
  Leases.Lease<Slot> acquire() {
    return leases.acquire();
  }

  /** Makes a model answer from the next request on, and owns it. */
  synchronized void replace(ServedModel model) {
    erased.forEach(model.users()::remove);
    leases.replace(new Slot(model));
  }

  /** Hears of commits. */
  synchronized void committed(Commit commit) {
    if (commit.erasedUsers().isEmpty()) {
      return;
    }
    erased.addAll(commit.erasedUsers());
    try (var lease = leases.acquire()) {
      ServedModel model = lease.value().model();
      if (model != null) {
        commit.erasedUsers().forEach(model.users()::remove);
      }
    }
  }

  @Override
  public void close() {
    leases.close();
  }
}
