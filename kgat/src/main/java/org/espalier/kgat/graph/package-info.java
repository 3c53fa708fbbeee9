/** The collaborative knowledge graph as compressed sparse rows. */
@NullMarked
package org.espalier.kgat.graph;

import org.jspecify.annotations.NullMarked;
