/** Ranking and classification metrics and their evaluation protocols. */
@NullMarked
package org.espalier.learning.metric;

import org.jspecify.annotations.NullMarked;
