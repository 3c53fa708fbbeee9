package org.espalier.embeddings.store;

/** Removes rows whose generation has no manifest; returns false when it has got one meanwhile. */
final class RemoveUncommitted implements Mutation<Boolean> {

  private final int number;

  RemoveUncommitted(int number) {
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
  public Boolean apply(Staging staging) {
    if (Manifests.exists(staging.database(), number)) {
      return false;
    }
    staging.deleteRange(Family.ROWS, Rows.generationKey(number), Rows.generationKey(number + 1));
    return true;
  }
}
