/** Benchmarks: each pairs a kernel with its scalar twin and checks the answer while timing. */
@NullMarked
package org.espalier.bench;

import org.jspecify.annotations.NullMarked;
