package org.espalier.embeddings.store;

import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.TableShape;

/**
 * What is needed before a stored table's rows can be read.
 *
 * @param defaultRow (D), the vector of the tokens of size 0
 */
@SuppressWarnings("ArrayRecordComponent") // a vector; never compared
public record TableHeader(TableShape shape, Basis basis, float[] defaultRow) {}
