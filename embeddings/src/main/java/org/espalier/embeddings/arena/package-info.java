/** Serving memory: off-heap rows that are published, scanned and leased. */
@NullMarked
package org.espalier.embeddings.arena;

import org.jspecify.annotations.NullMarked;
