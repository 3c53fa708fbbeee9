package org.espalier.embeddings.store;

import org.espalier.embeddings.table.TableShape;

/**
 * A table as a manifest lists it.
 *
 * @param checksum over its header and all its rows, as they were written; see {@link Rows}
 */
public record StoredTable(TableShape shape, long checksum) {}
