/**
 * Benchmarks. Commands measure hot paths, what is compared taking turns in one run; the JMH ones pair a
 * kernel with its scalar twin and check the answer while timing.
 */
@NullMarked
package org.espalier.bench;

import org.jspecify.annotations.NullMarked;
