package org.espalier.embeddings.store;

/** Forgets a source's position, so that it is read from wherever its reader begins. */
record ForgetSource(String source) implements Mutation<Boolean> {

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public Boolean apply(Staging staging) {
    byte[] key = Offsets.sourceKey(Tokens.encode(source));
    boolean known = staging.get(Family.OFFSETS, key) != null;
    if (known) {
      staging.delete(Family.OFFSETS, key);
    }
    return known;
  }
}
