/** The pruning search over streamed logs; see DESIGN in docs/ARCHITECTURE.md for its place. */
@NullMarked
package org.espalier.search;

import org.jspecify.annotations.NullMarked;
