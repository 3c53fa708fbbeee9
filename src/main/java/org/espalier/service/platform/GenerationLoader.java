package org.espalier.service.platform;

import org.espalier.embeddings.store.Manifest;

/** Whoever serves generations: it makes one ready before it is activated, so that one that cannot serve never is. */
public interface GenerationLoader {

  /**
   * Brings a generation into memory, beside the one that serves.
   *
   * @return to be closed, whether it came to serve or not
   * @throws NotServableException when it is of no use for rankings
   * @throws org.espalier.embeddings.store.StoreException when it cannot be read
   */
  Loaded load(Manifest manifest);

  /** A generation in memory. */
  interface Loaded extends AutoCloseable {

    /** Answers from the next request on. */
    void serve();

    @Override
    void close();
  }
}
