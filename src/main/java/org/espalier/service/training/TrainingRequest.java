package org.espalier.service.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Objects;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.jobs.Promotion.Guard;
import org.espalier.service.jobs.Promotion.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/admin/trainings}; everything may be left out.
 *
 * @param loss of the factorisation
 * @param dim length of the vectors
 * @param seed of everything random
 * @param threads null for the service's setting
 * @param heldOut share of the interactions, the latest ones, to measure on; 0 for none
 * @param activate who activates the new generation
 * @param guard what holds automatic activation back
 */
@Schema(name = "TrainingRequest")
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrainingRequest(
    @Schema(defaultValue = "als", requiredMode = Schema.RequiredMode.NOT_REQUIRED) Loss loss,
    @Schema(defaultValue = "64", minimum = "1", maximum = "1024") int dim,
    @Schema(defaultValue = "1", minimum = "-9223372036854775808", maximum = "9223372036854775807")
        long seed,
    @Schema(minimum = "1", maximum = "1024") @Nullable Integer threads,
    @Schema(defaultValue = "0.1", minimum = "0", maximum = "0.5") @JsonProperty("held_out")
        double heldOut,
    @Schema(defaultValue = "manual", requiredMode = Schema.RequiredMode.NOT_REQUIRED) Mode activate,
    @Nullable Guard guard) {

  static final TrainingRequest DEFAULTS = of(null, null, null, null, null, null, null);

  /** Losses as callers name them. */
  enum Loss {
    @JsonProperty("als")
    ALS,
    @JsonProperty("bpr")
    BPR,
    @JsonProperty("softmax")
    SOFTMAX
  }

  /** With the defaults for what is left out. */
  @JsonCreator
  static TrainingRequest of(
      @JsonProperty("loss") @Nullable Loss loss,
      @JsonProperty("dim") @Nullable Integer dim,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("threads") @Nullable Integer threads,
      @JsonProperty("held_out") @Nullable Double heldOut,
      @JsonProperty("activate") @Nullable Mode activate,
      @JsonProperty("guard") @Nullable Guard guard) {
    return new TrainingRequest(
        Objects.requireNonNullElse(loss, Loss.ALS),
        Objects.requireNonNullElse(dim, 64),
        Objects.requireNonNullElse(seed, 1L),
        threads,
        Objects.requireNonNullElse(heldOut, 0.1),
        Objects.requireNonNullElse(activate, Mode.MANUAL),
        guard);
  }

  /**
   * What to train.
   *
   * @throws IllegalArgumentException for values out of range
   */
  TrainingSpec spec(int defaultThreads) {
    int count = threads == null ? defaultThreads : threads;
    return new TrainingSpec(MfLoss.valueOf(loss.name()), dim, seed, count, heldOut);
  }
}
