package org.espalier.embeddings.store;

/**
 * What became of a {@link CatalogueUpdate}.
 *
 * @param stored false when the record's version was not the expected one; nothing changed then
 * @param version the record's version now; 0 when there is none
 */
public record PutResult(boolean stored, long version) {}
