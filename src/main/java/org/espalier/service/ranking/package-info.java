/** Rankings: the generation in the arena, user vectors, candidates, retrieval, fallbacks. */
@NullMarked
package org.espalier.service.ranking;

import org.jspecify.annotations.NullMarked;
