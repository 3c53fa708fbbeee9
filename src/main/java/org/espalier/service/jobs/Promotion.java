package org.espalier.service.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.OptionalInt;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.control.AuditLog;
import org.espalier.service.platform.Activation;
import org.espalier.service.platform.NotServableException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What becomes of a generation that a job has made. */
@Component
public class Promotion {

  /** Who activates it. */
  public enum Mode {
    /** Somebody, by hand. */
    @JsonProperty("manual")
    MANUAL,
    /** The job, when its guard allows. */
    @JsonProperty("auto")
    AUTO
  }

  /**
   * How much worse than the active generation a new one may be.
   *
   * @param metric one of both manifests; larger is better
   * @param maxDrop 0 or more
   */
  @Schema(name = "Guard")
  public record Guard(
      @Schema(example = "ndcg@20") @JsonProperty(required = true) String metric,
      @Schema(example = "0.002", minimum = "0", maximum = "1000000")
          @JsonProperty(value = "max_drop", required = true)
          double maxDrop) {}

  /**
   * What became of it.
   *
   * @param activated whether it answers now
   * @param reason why not, in one line; null when it does
   */
  @Schema(name = "Promotion")
  public record Outcome(boolean activated, @Nullable String reason) {}

  private final Store store;
  private final Activation activation;
  private final AuditLog audit;

  Promotion(Store store, Activation activation, AuditLog audit) {
    this.store = store;
    this.activation = activation;
    this.audit = audit;
  }

  /**
   * Activates a generation if the mode and the guard say so and nobody activated another one meanwhile. May be called
   * again for the same one.
   *
   * @param before the generation that was active when the job began
   */
  public Outcome promote(
      JobContext job, int generation, OptionalInt before, Mode mode, @Nullable Guard guard) {
    if (store.generations().active().equals(OptionalInt.of(generation))) {
      return new Outcome(true, null);
    }
    if (mode == Mode.MANUAL) {
      return new Outcome(false, "activation is manual");
    }
    String objection = guard == null ? null : objection(generation, before, guard);
    if (objection != null) {
      return new Outcome(false, objection);
    }
    try {
      JobRecords.insist(job, () -> activate(job, generation, before));
      return new Outcome(true, null);
    } catch (StoreException | NotServableException e) {
      return new Outcome(false, e.getMessage());
    }
  }

  private void activate(JobContext job, int generation, OptionalInt before) {
    audit.record(
        "generation.activate",
        "generation " + generation,
        "by job " + job.id(),
        () -> {
          activation.activate(generation, before);
          return generation;
        });
  }

  private @Nullable String objection(int generation, OptionalInt before, Guard guard) {
    if (before.isEmpty()) {
      return null; // nothing to be worse than
    }
    Manifest active = store.generations().manifest(before.getAsInt());
    Double was = active.metrics().get(guard.metric());
    Double is = store.generations().manifest(generation).metrics().get(guard.metric());
    if (was == null || is == null) {
      return "the guard's metric %s is not known of both generations".formatted(guard.metric());
    }
    return is >= was - guard.maxDrop()
        ? null
        : "the guard holds it back: %s is %.5f, and %.5f of generation %d"
            .formatted(guard.metric(), is, was, active.number());
  }
}
