/** The durable tier; the only user of RocksDB. */
@NullMarked
package org.espalier.embeddings.store;

import org.jspecify.annotations.NullMarked;
