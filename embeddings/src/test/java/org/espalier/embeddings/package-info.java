/** Helpers of the tests of this module and of those above it. */
@NullMarked
package org.espalier.embeddings;

import org.jspecify.annotations.NullMarked;
