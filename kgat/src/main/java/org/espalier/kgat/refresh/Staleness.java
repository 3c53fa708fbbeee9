package org.espalier.kgat.refresh;

/**
 * How far vectors may be from what a full propagation would give: how much the input of a layer's row
 * changed since it was computed, as a share of the length of a typical row.
 *
 * @param largest of all layers and nodes
 * @param mean over all layers and nodes
 * @param rowsDue rows at or above ε
 */
public record Staleness(float largest, double mean, int rowsDue) {}
