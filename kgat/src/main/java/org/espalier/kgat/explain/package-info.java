/** Why an item was recommended: the strongest paths from the user to it. */
@NullMarked
package org.espalier.kgat.explain;

import org.jspecify.annotations.NullMarked;
