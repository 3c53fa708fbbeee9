package org.espalier.embeddings.store;

import java.util.OptionalInt;
import org.espalier.embeddings.store.StoreException.Kind;

/** Removes a generation's manifest and rows in one batch. */
final class DeleteGeneration implements Mutation<Integer> {

  private final int number;

  DeleteGeneration(int number) {
    this.number = number;
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public boolean alone() {
    return true;
  }

  @Override
  public boolean alwaysSync() {
    return true; // the files of the rows go next
  }

  @Override
  public Integer apply(Staging staging) {
    Database database = staging.database();
    if (!Manifests.exists(database, number)) {
      throw Generations.noSuch(number);
    }
    if (Manifests.active(database).equals(OptionalInt.of(number))) {
      throw new StoreException(
          Kind.GENERATION_ACTIVE,
          "generation %d is active; activate another one before deleting it".formatted(number));
    }
    staging.delete(Family.MANIFESTS, Manifests.key(number));
    staging.deleteRange(Family.ROWS, Rows.generationKey(number), Rows.generationKey(number + 1));
    return number;
  }
}
