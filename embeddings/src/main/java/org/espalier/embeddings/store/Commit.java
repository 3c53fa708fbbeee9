package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.List;

/**
 * What a group of writes touched, for those who keep something up to date with the store.
 *
 * @param lastSequence the log's last sequence after it
 * @param users users with new events or a changed record
 * @param entities entities with new events, a changed record or a changed edge
 * @param erasedUsers users whose data is gone; their ids will not come back
 * @param items entities whose record as an item was written or deleted
 * @param triples triples that were written or removed, in that order; shared, not to be changed
 */
public record Commit(
    long lastSequence,
    IntSet users,
    IntSet entities,
    IntSet erasedUsers,
    IntSet items,
    List<ChangedTriple> triples) {}
