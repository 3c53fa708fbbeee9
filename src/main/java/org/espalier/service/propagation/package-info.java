/**
 * Propagation over the knowledge graph: trained from the log and the triples as a generation, and kept up to date with
 * what comes in while that generation serves.
 */
@NullMarked
package org.espalier.service.propagation;

import org.jspecify.annotations.NullMarked;
