/** Vectors in and out: NumPy files, lines of JSON, and folders of a generation's tables. */
@NullMarked
package org.espalier.embeddings.exchange;

import org.jspecify.annotations.NullMarked;
