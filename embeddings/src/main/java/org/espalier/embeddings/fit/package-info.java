/** Fit: dense vectors become a multi-size table under a budget. */
@NullMarked
package org.espalier.embeddings.fit;

import org.jspecify.annotations.NullMarked;
