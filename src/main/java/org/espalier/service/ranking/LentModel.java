package org.espalier.service.ranking;

import java.util.Optional;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.Leases;
import org.espalier.service.platform.ServedTables;

/** A lease of the active model as others see it. */
final class LentModel implements ServedTables.Lent {

  private final Leases.Lease<ActiveModel.Slot> lease;
  private final ServedModel model;

  private LentModel(Leases.Lease<ActiveModel.Slot> lease, ServedModel model) {
    this.lease = lease;
    this.model = model;
  }

  static Optional<ServedTables.Lent> of(ActiveModel active) {
    Leases.Lease<ActiveModel.Slot> lease = active.acquire();
    ServedModel model = lease.value().model();
    if (model == null) {
      lease.close();
      return Optional.empty();
    }
    return Optional.of(new LentModel(lease, model));
  }

  @Override
  public int generation() {
    return model.generation();
  }

  @Override
  public long logPosition() {
    return model.logPosition();
  }

  @Override
  public ArenaTable users() {
    return model.users();
  }

  @Override
  public ArenaTable items() {
    return model.items();
  }

  @Override
  public void close() {
    lease.close();
  }
}
