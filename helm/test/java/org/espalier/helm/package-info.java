/** Tests of the chart in {@code helm/espalier}: what it renders, and what it refuses. */
@NullMarked
package org.espalier.helm;

import org.jspecify.annotations.NullMarked;
