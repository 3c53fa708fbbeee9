/** Experiments on data folders: train, evaluate, report; what the command line and benchmarks run. */
@NullMarked
package org.espalier.learning.experiment;

import org.jspecify.annotations.NullMarked;
