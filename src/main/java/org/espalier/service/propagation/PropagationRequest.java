package org.espalier.service.propagation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.espalier.embeddings.table.Encoding;
import org.espalier.service.jobs.Promotion.Guard;
import org.espalier.service.jobs.Promotion.Mode;
import org.espalier.service.propagation.PropagationPlan.ItemFit;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.espalier.service.propagation.PropagationPlan.Preset;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/admin/propagations}; everything may be left out. With scope {@code dirty} nothing else is
 * given.
 *
 * @param scope what is propagated
 * @param model what propagates
 * @param preset how kgat is trained; null for best, or for paper when layers, dim or batch are given
 * @param layers of kgat's preset paper: the layers' sizes; null for one of 64
 * @param dim of all but kgat's preset best: length of the vectors before the first layer; null for the model's own
 * @param batch of lightgcn and kgat's preset paper: samples of a step; null for 2048
 * @param epochs at most so many; null for the preset's own
 * @param knowledge whether triples are looked at
 * @param seed of everything random
 * @param threads null for the service's setting
 * @param heldOut share of the interactions, the latest ones, to measure on; 0 for none
 * @param memoryMb what needs more by its own estimate is refused; null for half of the heap
 * @param fitKeep the share of the item vectors' numbers that may be stored, above 0 up to 1; null to serve them whole
 * @param fitEncoding how the shortened rows are stored; null for fp32
 * @param activate who activates the new generation
 * @param guard what holds automatic activation back
 */
@Schema(name = "PropagationRequest")
@JsonInclude(JsonInclude.Include.NON_NULL)
record PropagationRequest(
    @Schema(defaultValue = "full", requiredMode = RequiredMode.NOT_REQUIRED) Scope scope,
    @Schema(defaultValue = "kgat", requiredMode = RequiredMode.NOT_REQUIRED) Model model,
    @Schema(description = "best when left out, or paper when layers, dim or batch are given")
        @Nullable Preset preset,
    @ArraySchema(schema = @Schema(minimum = "1", maximum = "4096")) @Nullable List<Integer> layers,
    @Schema(minimum = "1", maximum = "4096") @Nullable Integer dim,
    @Schema(minimum = "1", maximum = "1048576") @Nullable Integer batch,
    @Schema(minimum = "1", maximum = "100000") @Nullable Integer epochs,
    @Schema(defaultValue = "true") boolean knowledge,
    @Schema(defaultValue = "1", minimum = "-9223372036854775808", maximum = "9223372036854775807")
        long seed,
    @Schema(minimum = "1", maximum = "1024") @Nullable Integer threads,
    @Schema(defaultValue = "0.1", minimum = "0", maximum = "0.5") @JsonProperty("held_out")
        double heldOut,
    @Schema(minimum = "1", maximum = "2147483647") @JsonProperty("memory_mb")
        @Nullable Integer memoryMb,
    @Schema(minimum = "0", exclusiveMinimum = true, maximum = "1") @JsonProperty("fit_keep")
        @Nullable Double fitKeep,
    @Schema(allowableValues = {"fp32", "fp16", "bf16", "int8", "int4", "mixed"})
        @JsonProperty("fit_encoding")
        @Nullable String fitEncoding,
    @Schema(defaultValue = "manual", requiredMode = RequiredMode.NOT_REQUIRED) Mode activate,
    @Nullable Guard guard) {

  static final PropagationRequest DEFAULTS = ofScope(Scope.FULL);

  /** What is propagated. */
  enum Scope {
    /** A propagator is trained on the log and the triples, and becomes a new generation. */
    @JsonProperty("full")
    FULL,
    /** The generation that serves: whatever its refresh has left over is computed now. */
    @JsonProperty("dirty")
    DIRTY
  }

  private static PropagationRequest ofScope(Scope scope) {
    return of(
        scope, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null);
  }

  /** With the defaults for what is left out. */
  @JsonCreator
  static PropagationRequest of(
      @JsonProperty("scope") @Nullable Scope scope,
      @JsonProperty("model") @Nullable Model model,
      @JsonProperty("preset") @Nullable Preset preset,
      @JsonProperty("layers") @Nullable List<Integer> layers,
      @JsonProperty("dim") @Nullable Integer dim,
      @JsonProperty("batch") @Nullable Integer batch,
      @JsonProperty("epochs") @Nullable Integer epochs,
      @JsonProperty("knowledge") @Nullable Boolean knowledge,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("threads") @Nullable Integer threads,
      @JsonProperty("held_out") @Nullable Double heldOut,
      @JsonProperty("memory_mb") @Nullable Integer memoryMb,
      @JsonProperty("fit_keep") @Nullable Double fitKeep,
      @JsonProperty("fit_encoding") @Nullable String fitEncoding,
      @JsonProperty("activate") @Nullable Mode activate,
      @JsonProperty("guard") @Nullable Guard guard) {
    return new PropagationRequest(
        Objects.requireNonNullElse(scope, Scope.FULL),
        Objects.requireNonNullElse(model, Model.KGAT),
        preset,
        layers == null ? null : List.copyOf(layers),
        dim,
        batch,
        epochs,
        Objects.requireNonNullElse(knowledge, true),
        Objects.requireNonNullElse(seed, 1L),
        threads,
        Objects.requireNonNullElse(heldOut, 0.1),
        memoryMb,
        fitKeep,
        fitEncoding,
        Objects.requireNonNullElse(activate, Mode.MANUAL),
        guard);
  }

  /** Whether it asks for nothing but its scope. */
  boolean isScopeAlone() {
    return equals(ofScope(scope));
  }

  /**
   * What to make.
   *
   * @throws IllegalArgumentException for values out of range
   */
  PropagationPlan plan(int defaultThreads) {
    return PropagationPlan.of(
        model,
        preset,
        layers,
        dim,
        batch,
        epochs,
        knowledge,
        seed,
        threads == null ? defaultThreads : threads,
        heldOut,
        memoryMb,
        fit());
  }

  private @Nullable ItemFit fit() {
    if (fitKeep == null) {
      if (fitEncoding != null) {
        throw new IllegalArgumentException("fit_encoding needs fit_keep");
      }
      return null;
    }
    String name = Objects.requireNonNullElse(fitEncoding, "fp32");
    for (Encoding encoding : Encoding.values()) {
      if (encoding.name().toLowerCase(Locale.ROOT).equals(name)) {
        return new ItemFit(fitKeep, encoding);
      }
    }
    throw new IllegalArgumentException(
        "fit_encoding must be fp32, fp16, bf16, int8, int4 or mixed");
  }
}
