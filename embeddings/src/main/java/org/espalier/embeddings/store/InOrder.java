package org.espalier.embeddings.store;

import java.util.List;

/** Several changes of the same kind, one after the other in one batch; none of them may refuse. */
record InOrder(List<Mutation<?>> changes) implements Mutation<Integer> {

  InOrder {
    changes = List.copyOf(changes);
  }

  static InOrder ofItems(List<ItemChange> changes) {
    return new InOrder(changes.stream().<Mutation<?>>map(InOrder::mutation).toList());
  }

  static InOrder ofTriples(List<TripleChange> changes) {
    return new InOrder(changes.stream().<Mutation<?>>map(InOrder::mutation).toList());
  }

  private static Mutation<?> mutation(ItemChange change) {
    return switch (change) {
      case ItemChange.Put(var update) -> new PutRecords(Catalogue.Kind.ITEM, List.of(update));
      case ItemChange.Delete(var id, var timeMs) ->
          new DeleteItem(id, timeMs, CatalogueUpdate.ANY_VERSION);
    };
  }

  private static Mutation<?> mutation(TripleChange change) {
    return switch (change) {
      case TripleChange.Put(var triple) -> new PutTriples(List.of(triple));
      case TripleChange.Delete delete -> new DeleteTriples(List.of(delete));
    };
  }

  @Override
  public int rows() {
    return Math.max(1, changes.size());
  }

  @Override
  public Integer apply(Staging staging) {
    changes.forEach(change -> change.apply(staging));
    return changes.size();
  }
}
