/** Multi-size tables: sizes, size groups, encodings and rows. */
@NullMarked
package org.espalier.embeddings.table;

import org.jspecify.annotations.NullMarked;
