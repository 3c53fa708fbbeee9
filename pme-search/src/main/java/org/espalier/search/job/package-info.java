/** The whole way: teachers, sizes, training, judging; one experiment, and sweeps of them. */
@NullMarked
package org.espalier.search.job;

import org.jspecify.annotations.NullMarked;
