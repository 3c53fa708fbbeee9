package org.espalier.embeddings.store;

/**
 * What became of a list of events.
 *
 * @param accepted events that were stored
 * @param duplicates events that were dropped because their id is in the log, or earlier in the list
 * @param lastSequence the log's last sequence when they were in; each of them is at or below it
 */
public record AppendResult(int accepted, int duplicates, long lastSequence) {}
