/** Attention, aggregators and the propagation: forward beside backward. */
@NullMarked
package org.espalier.kgat.model;

import org.jspecify.annotations.NullMarked;
