/** Interactions, data folders, splits, sampling and the seeded sample world. */
@NullMarked
package org.espalier.learning.data;

import org.jspecify.annotations.NullMarked;
