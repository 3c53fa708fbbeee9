/** Training of the propagators: batches, epochs, presets, and the retrieval experiment. */
@NullMarked
package org.espalier.kgat.train;

import org.jspecify.annotations.NullMarked;
