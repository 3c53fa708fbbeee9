/** Dense float kernels, scalar and SIMD; the only user of the Vector API in this module. */
@NullMarked
package org.espalier.embeddings.kernel;

import org.jspecify.annotations.NullMarked;
