package org.espalier.service.ranking;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * The experiment of a data folder.
 *
 * @param name its id for callers
 * @param variants JSON of {@link Experiment.Variant}s
 */
@Table("experiment")
record ExperimentRow(
    @Id @Nullable Long id,
    String instance,
    String name,
    String salt,
    String variants,
    long updatedMs) {}
