package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.ints.IntSet;

/**
 * What a group of writes touched, for those who keep something up to date with the store.
 *
 * @param lastSequence the log's last sequence after it
 * @param users users with new events or a changed record
 * @param entities entities with new events, a changed record or a changed edge
 * @param erasedUsers users whose data is gone; their ids will not come back
 */
public record Commit(long lastSequence, IntSet users, IntSet entities, IntSet erasedUsers) {}
