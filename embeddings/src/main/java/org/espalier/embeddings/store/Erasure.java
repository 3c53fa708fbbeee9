package org.espalier.embeddings.store;

/**
 * What {@link Store#deleteUser} removed.
 *
 * @param events events of the log, with their places in the history and in the counts
 * @param eventIds idempotency keys of those events
 * @param edges edges that left the user
 * @param records catalogue records, 0 or 1
 */
public record Erasure(long events, long eventIds, long edges, long records) {

  static final Erasure NOTHING = new Erasure(0, 0, 0, 0);

  Erasure plus(Erasure more) {
    return new Erasure(
        events + more.events, eventIds + more.eventIds, edges + more.edges, records + more.records);
  }
}
