package org.espalier.service.platform;

import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Manifest;
import org.espalier.kgat.explain.Explanation;

/** Whoever keeps the vectors of a generation that holds a propagator true to what comes in. */
public interface LiveVectors {

  /**
   * Fills a generation's tables from its propagator and all that is stored now, and goes on with what
   * comes in, until the session is closed.
   *
   * @param users without rows; nobody else writes to it, but for removals
   * @param items the same
   * @return to be closed before the tables are; empty for a generation without a propagator, or when refresh is
   *     switched off: the tables are then left alone
   * @throws org.espalier.embeddings.store.StoreException when the propagator cannot be read
   */
  Optional<Session> open(Manifest manifest, ArenaTable users, ArenaTable items);

  /** Tables that are being kept up to date. Any number of threads. */
  interface Session extends AutoCloseable {

    /** Position of the log up to which events are in the vectors. */
    long appliedSequence();

    /**
     * Scores those candidates that are not among the items: entities of which there are only triples.
     *
     * @param scores (count); where it is NaN and the entity has a vector, the score is put in
     */
    void scoreOthers(float[] user, int[] entities, int count, float[] scores);

    /**
     * Why an item was ranked for a user.
     *
     * @return the strongest paths from the user to the item, best first; none when there is no path
     */
    List<Explanation> explain(int user, int item, int limit);

    @Override
    void close();
  }
}
