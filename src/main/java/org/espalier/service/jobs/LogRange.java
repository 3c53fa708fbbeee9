package org.espalier.service.jobs;

/**
 * The part of the event log that a job reads, by which it can be run again.
 *
 * @param from first sequence, inclusive
 * @param to last sequence, inclusive; below {@code from} when there is none
 */
public record LogRange(long from, long to) {}
