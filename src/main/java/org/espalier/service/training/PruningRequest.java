package org.espalier.service.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.espalier.learning.mf.MfLoss;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.service.jobs.Promotion.Guard;
import org.espalier.service.jobs.Promotion.Mode;
import org.espalier.service.training.TrainingRequest.Loss;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/admin/pruning-jobs}.
 *
 * @param tables null for both; one budget is shared between them
 * @param method how sizes are found
 * @param target what they may cost
 * @param source null for the whole log
 * @param start whether users count alike when sizes are found, or by what the stream has seen of them lately
 * @param teacher whose scores the candidate learns: a full-size model of the whole log that the search trains, or the
 *     active generation, which must be one of the same loss and size; the search is then of the log that it was trained on
 * @param minDrift the search ends at once when the best sizes have moved by a smaller share of the budget since the
 *     active generation was made; null to search in any case
 * @param guard how far the pruned model may stay behind the full-size one, measured on the same events
 * @param activate who activates the candidate
 * @param dryRun measure and report, and make no generation
 * @param loss of the full-size model
 * @param dim its size
 * @param seed of everything random
 * @param threads null for the service's setting
 * @param duty the share of the time in which the search works
 * @param heldOut share of the interactions, the latest ones, to measure on
 */
@Schema(name = "PruningRequest")
@JsonInclude(JsonInclude.Include.NON_NULL)
record PruningRequest(
    @Nullable List<String> tables,
    @Schema(defaultValue = "pme", requiredMode = RequiredMode.NOT_REQUIRED) Method method,
    @Schema(requiredMode = RequiredMode.REQUIRED) Target target,
    @Nullable Source source,
    @Schema(defaultValue = "cold", requiredMode = RequiredMode.NOT_REQUIRED) Start start,
    @Schema(defaultValue = "trained", requiredMode = RequiredMode.NOT_REQUIRED) Teacher teacher,
    @Schema(minimum = "0", maximum = "1") @Nullable @JsonProperty("min_drift") Double minDrift,
    @Nullable Guard guard,
    @Schema(defaultValue = "manual", requiredMode = RequiredMode.NOT_REQUIRED) Mode activate,
    @Schema(defaultValue = "false") @JsonProperty("dry_run") boolean dryRun,
    @Schema(defaultValue = "als", requiredMode = RequiredMode.NOT_REQUIRED) Loss loss,
    @Schema(defaultValue = "64", minimum = "1", maximum = "256") int dim,
    @Schema(defaultValue = "1", minimum = "-9223372036854775808", maximum = "9223372036854775807")
        long seed,
    @Schema(minimum = "1", maximum = "1024") @Nullable Integer threads,
    @Schema(defaultValue = "1.0", minimum = "0", exclusiveMinimum = true, maximum = "1")
        double duty,
    @Schema(defaultValue = "0.1", minimum = "0", exclusiveMinimum = true, maximum = "0.5")
        @JsonProperty("held_out")
        double heldOut) {

  static final PruningRequest DEFAULTS =
      of(
          null,
          null,
          new Target(0.1, null),
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null);

  /** Methods whose rows a table can hold. */
  enum Method {
    @JsonProperty("pme")
    PME,
    @JsonProperty("popularity")
    POPULARITY,
    @JsonProperty("uniform")
    UNIFORM,
    @JsonProperty("full")
    FULL
  }

  /** What a search starts from. */
  enum Start {
    @JsonProperty("cold")
    COLD,
    @JsonProperty("warm")
    WARM
  }

  /** Where the full-size model of the whole log comes from. */
  enum Teacher {
    @JsonProperty("trained")
    TRAINED,
    @JsonProperty("active")
    ACTIVE
  }

  /**
   * The budget, given or found.
   *
   * @param keep the share of the full-size tables' numbers that may be stored; with {@code max_drop} the largest that is
   *     tried, 1 when it is left out
   * @param maxDrop take the smallest budget that loses no more NDCG@20 than this against the full size, on the events
   *     that choose
   */
  @Schema(name = "PruningTarget")
  record Target(
      @Schema(example = "0.1", minimum = "0", exclusiveMinimum = true, maximum = "1")
          @Nullable Double keep,
      @Schema(example = "0.005", minimum = "0", maximum = "1") @Nullable @JsonProperty("max_drop")
          Double maxDrop) {

    /** The given budget, or the largest that is tried. */
    double keepMax() {
      if (keep == null && maxDrop == null) {
        throw new IllegalArgumentException("target needs keep, max_drop or both");
      }
      return keep == null ? 1 : keep;
    }

    OptionalDouble drop() {
      return maxDrop == null ? OptionalDouble.empty() : OptionalDouble.of(maxDrop);
    }
  }

  /** The part of the log to learn from: events since a time, in RFC 3339. */
  @Schema(name = "PruningSource")
  record Source(
      @Schema(example = "2026-01-31T00:00:00Z", type = "string", format = "date-time")
          @JsonProperty(required = true)
          String since) {}

  /** With the defaults for what is left out. */
  @JsonCreator
  static PruningRequest of(
      @JsonProperty("tables") @Nullable List<String> tables,
      @JsonProperty("method") @Nullable Method method,
      @JsonProperty(value = "target", required = true) Target target,
      @JsonProperty("source") @Nullable Source source,
      @JsonProperty("start") @Nullable Start start,
      @JsonProperty("teacher") @Nullable Teacher teacher,
      @JsonProperty("min_drift") @Nullable Double minDrift,
      @JsonProperty("guard") @Nullable Guard guard,
      @JsonProperty("activate") @Nullable Mode activate,
      @JsonProperty("dry_run") @Nullable Boolean dryRun,
      @JsonProperty("loss") @Nullable Loss loss,
      @JsonProperty("dim") @Nullable Integer dim,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("threads") @Nullable Integer threads,
      @JsonProperty("duty") @Nullable Double duty,
      @JsonProperty("held_out") @Nullable Double heldOut) {
    return new PruningRequest(
        tables,
        Objects.requireNonNullElse(method, Method.PME),
        target,
        source,
        Objects.requireNonNullElse(start, Start.COLD),
        Objects.requireNonNullElse(teacher, Teacher.TRAINED),
        minDrift,
        guard,
        Objects.requireNonNullElse(activate, Mode.MANUAL),
        Objects.requireNonNullElse(dryRun, false),
        Objects.requireNonNullElse(loss, Loss.ALS),
        Objects.requireNonNullElse(dim, 64),
        Objects.requireNonNullElse(seed, 1L),
        threads,
        Objects.requireNonNullElse(duty, 1.0),
        Objects.requireNonNullElse(heldOut, 0.1));
  }

  /**
   * What to search.
   *
   * @throws IllegalArgumentException for values out of range
   */
  SearchSpec spec(int defaultThreads) {
    var how = org.espalier.search.size.Method.valueOf(method.name());
    return new SearchSpec(
        PruneSpec.of(how, target.keepMax(), seed),
        target.drop(),
        MfLoss.valueOf(loss.name()),
        dim,
        SearchSpec.Teacher.valueOf(teacher.name()),
        threads == null ? defaultThreads : threads,
        duty,
        heldOut,
        Runtime.getRuntime().maxMemory() / 2);
  }
}
