/** Click logs: fields, bags of tokens, samples, and the folders they are read from. */
@NullMarked
package org.espalier.search.data;

import org.jspecify.annotations.NullMarked;
