package org.espalier.embeddings.store;

import java.util.OptionalInt;
import org.espalier.embeddings.store.StoreException.Kind;

/** Moves the pointer to the active generation, if it is where the caller thinks. */
final class ActivateGeneration implements Mutation<Integer> {

  private final int number;
  private final OptionalInt expectedCurrent;

  ActivateGeneration(int number, OptionalInt expectedCurrent) {
    this.number = number;
    this.expectedCurrent = expectedCurrent;
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
    return true;
  }

  @Override
  public Integer apply(Staging staging) {
    Database database = staging.database();
    OptionalInt current = Manifests.active(database);
    if (!current.equals(expectedCurrent)) {
      throw new StoreException(
          Kind.STALE_GENERATION,
          "%s is active, not %s as expected, so generation %d was not activated; look again and decide"
              .formatted(name(current), name(expectedCurrent), number));
    }
    Manifest next = Manifests.find(database, number).orElseThrow(() -> Generations.noSuch(number));
    staging.put(Family.MANIFESTS, Manifests.activeKey(), Manifests.activeValue(next.number()));
    return next.number();
  }

  private static String name(OptionalInt generation) {
    return generation.isPresent() ? "generation " + generation.getAsInt() : "no generation";
  }
}
