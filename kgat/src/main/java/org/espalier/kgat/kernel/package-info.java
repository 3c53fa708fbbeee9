/** Dense and sparse kernels of the propagation, scalar and SIMD; the module's only user of the Vector API. */
@NullMarked
package org.espalier.kgat.kernel;

import org.jspecify.annotations.NullMarked;
