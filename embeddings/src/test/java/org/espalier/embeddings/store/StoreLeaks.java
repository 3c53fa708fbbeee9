package org.espalier.embeddings.store;

/** Lets tests of any module see whether a store left native objects behind. */
public final class StoreLeaks {

  private StoreLeaks() {}

  /** Native objects that stores of this process own now. */
  public static int live() {
    return Resources.live();
  }
}
