package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * An experiment as callers see it.
 *
 * @param running whether users are split so now; false when a generation could not be loaded, as the log says
 */
@Schema(name = "ExperimentStatus")
record ExperimentView(
    @Schema(example = "pruned-or-not") String id,
    List<Experiment.Variant> variants,
    String salt,
    boolean running,
    @JsonProperty("updated_at") String updatedAt) {}
