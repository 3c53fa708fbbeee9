/** Pooling kernels, scalar and SIMD; the only user of the Vector API in this module. */
@NullMarked
package org.espalier.search.kernel;

import org.jspecify.annotations.NullMarked;
