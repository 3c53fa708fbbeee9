package org.espalier.embeddings.store;

/**
 * A triple that was written or removed, by ids.
 *
 * @param there whether there is such an edge now
 */
public record ChangedTriple(int relation, int head, int tail, boolean there) {}
