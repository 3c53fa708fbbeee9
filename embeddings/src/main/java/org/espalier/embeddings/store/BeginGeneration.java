package org.espalier.embeddings.store;

/**
 * Gives the next number of a generation. Synced always: rows under it are, and a number that was
 * forgotten would be given again over them.
 */
final class BeginGeneration implements Mutation<Integer> {

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
    int number = Meta.readLastGeneration(staging.database()) + 1;
    staging.put(Family.META, Meta.lastGenerationKey(), Meta.lastGenerationValue(number));
    return number;
  }
}
