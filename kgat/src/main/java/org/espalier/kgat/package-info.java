/** The knowledge-graph propagator; see docs/ARCHITECTURE.md for its place. */
@NullMarked
package org.espalier.kgat;

import org.jspecify.annotations.NullMarked;
