/** Propagated vectors kept up to date while the graph changes. */
@NullMarked
package org.espalier.kgat.refresh;

import org.jspecify.annotations.NullMarked;
