/**
 * Propagation from a user's history: what the items of a history say about all others, once by a
 * squared loss with the knowledge graph in it, once by a softmax, side by side in one vector.
 */
@NullMarked
package org.espalier.kgat.history;

import org.jspecify.annotations.NullMarked;
