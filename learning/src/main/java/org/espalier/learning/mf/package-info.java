/** Matrix factorisation by BPR, softmax and alternating least squares. */
@NullMarked
package org.espalier.learning.mf;

import org.jspecify.annotations.NullMarked;
