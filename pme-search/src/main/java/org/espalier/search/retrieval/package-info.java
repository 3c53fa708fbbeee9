/** Sizes for the two tables of a factorisation: saliency of scores, allocation, distillation. */
@NullMarked
package org.espalier.search.retrieval;

import org.jspecify.annotations.NullMarked;
