package org.espalier.kgat.refresh;

import java.time.Duration;

/**
 * What one refresh did.
 *
 * @param rowsComputed of all layers
 * @param vectorsPublished handed to the sink
 * @param full whether everything was propagated, because that was cheaper
 * @param rowsLeft due, but left for the next refresh by the budget
 * @param computing what it took until the vectors were there
 * @param took what it took until they were published
 */
public record RefreshReport(
    long rowsComputed,
    int vectorsPublished,
    boolean full,
    int rowsLeft,
    Duration computing,
    Duration took) {}
