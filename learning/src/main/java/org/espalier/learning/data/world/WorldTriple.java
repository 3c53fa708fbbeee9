package org.espalier.learning.data.world;

/**
 * One fact about the sample world. A head is an item's id, or an entity named by its kind, such as
 * {@code brand:7}; so is a tail.
 */
public record WorldTriple(String head, String relation, String tail) {}
