/** The training loop: optimisers, early stopping and the events that report progress. */
@NullMarked
package org.espalier.learning.train;

import org.jspecify.annotations.NullMarked;
