package org.espalier.service.jobs;

import org.jspecify.annotations.Nullable;

/**
 * How far a job is.
 *
 * @param phase a few words
 * @param share of the whole job, in [0, 1]
 * @param remainingMs an estimate
 * @param note a few words on the state
 */
record JobProgress(
    @Nullable String phase, double share, @Nullable Long remainingMs, @Nullable String note) {

  static final JobProgress NONE = new JobProgress(null, 0, null, null);
}
