/**
 * The job engine: work that takes longer than a request. It knows no kind of job; features bring theirs as beans that
 * implement {@link org.espalier.service.jobs.JobKind}.
 */
@NullMarked
package org.espalier.service.jobs;

import org.jspecify.annotations.NullMarked;
