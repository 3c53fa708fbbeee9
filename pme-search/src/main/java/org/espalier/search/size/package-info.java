/** From gradients to sizes: saliency, gain curves, and the allocation under a budget. */
@NullMarked
package org.espalier.search.size;

import org.jspecify.annotations.NullMarked;
