package org.espalier.embeddings.store;

/**
 * A document of a generation as its manifest lists it: what a model needs beside its tables.
 *
 * @param name unlike those of the generation's other artefacts
 * @param bytes of its content
 * @param checksum over all its parts; see {@link Rows}
 */
public record StoredArtefact(String name, long bytes, long checksum) {}
