/**
 * The crash suite: a real service that is killed, paused, filled up and damaged while it works, and a checker with a record
 * of its own of everything that was acknowledged.
 */
@NullMarked
package org.espalier.bench.torture;

import org.jspecify.annotations.NullMarked;
