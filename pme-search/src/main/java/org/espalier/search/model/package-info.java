/** Click models on multi-size tables, forward beside backward, and their training. */
@NullMarked
package org.espalier.search.model;

import org.jspecify.annotations.NullMarked;
