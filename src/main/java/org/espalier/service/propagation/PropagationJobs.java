package org.espalier.service.propagation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.jobs.JobProperties;
import org.espalier.service.jobs.LogRange;
import org.espalier.service.jobs.Promotion;
import org.espalier.service.jobs.Promotion.Mode;
import org.espalier.service.propagation.PropagationRequest.Scope;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Propagation as a job. A run that is interrupted begins again, unless its generation was written already. */
@Component
class PropagationJobs implements JobKind<PropagationRequest> {

  private final Store store;
  private final PropagationTrainer trainer;
  private final LivePropagation live;
  private final Promotion promotion;
  private final JobProperties properties;

  PropagationJobs(
      Store store,
      PropagationTrainer trainer,
      LivePropagation live,
      Promotion promotion,
      JobProperties properties) {
    this.store = store;
    this.trainer = trainer;
    this.live = live;
    this.promotion = promotion;
    this.properties = properties;
  }

  /**
   * What came of a training.
   *
   * @param generation the new one
   * @param activated whether it answers now
   * @param reason why it does not
   */
  record Result(
      int generation,
      Map<String, Double> metrics,
      boolean activated,
      @JsonProperty("not_activated_because") @Nullable String reason) {}

  /**
   * What came of a refresh.
   *
   * @param rows of all layers that were computed
   * @param largestBefore the largest residual before it
   * @param largestAfter the largest residual after it
   * @param applied position of the log that the vectors have seen
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Refreshed(
      long rows,
      @JsonProperty("largest_residual_before") float largestBefore,
      @JsonProperty("largest_residual") float largestAfter,
      long applied) {

    /** Of two generations that serve. */
    Refreshed and(Refreshed other) {
      return new Refreshed(
          rows + other.rows,
          Math.max(largestBefore, other.largestBefore),
          Math.max(largestAfter, other.largestAfter),
          Math.min(applied, other.applied));
    }
  }

  @Override
  public String name() {
    return "propagation";
  }

  @Override
  public Class<PropagationRequest> requestType() {
    return PropagationRequest.class;
  }

  @Override
  public PropagationRequest defaults() {
    return PropagationRequest.DEFAULTS;
  }

  @Override
  public OptionalLong seed(PropagationRequest request) {
    return request.scope() == Scope.FULL ? OptionalLong.of(request.seed()) : OptionalLong.empty();
  }

  @Override
  public void validate(PropagationRequest request) {
    require(
        request.scope() == Scope.FULL || request.isScopeAlone(),
        "scope dirty refreshes what serves and takes no other field");
    require(request.memoryMb() == null || request.memoryMb() >= 1, "memory_mb must be 1 or more");
    require(
        request.guard() == null || request.guard().maxDrop() >= 0,
        "guard.max_drop must be 0 or more");
    require(
        request.guard() == null || request.activate() == Mode.AUTO,
        "a guard needs \"activate\":\"auto\"");
    require(
        request.guard() == null || request.heldOut() > 0,
        "a guard needs held_out above 0, by which the new generation is measured");
    try {
      var _ = request.plan(properties.threadsOfJob());
    } catch (IllegalArgumentException e) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, String.valueOf(e.getMessage()));
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, otherwise);
    }
  }

  @Override
  public AfterInterruption afterInterruption() {
    return AfterInterruption.RESUME;
  }

  @Override
  public JobOutcome run(PropagationRequest request, JobContext context) {
    if (context.resumePoint().isPresent()) {
      return promoted(request, context, Written.parse(context.resumePoint().get()));
    }
    return request.scope() == Scope.DIRTY ? refresh(context) : train(request, context);
  }

  private JobOutcome refresh(JobContext context) {
    context.phase("refreshing", 1);
    return live.refreshNow(context::cancelled)
        .<JobOutcome>map(JobOutcome.Done::new)
        .orElseGet(JobOutcome.Cancelled::new);
  }

  private JobOutcome train(PropagationRequest request, JobContext context) {
    OptionalInt active = store.generations().active();
    LogRange range = context.logRange(() -> new LogRange(1, store.lastSequence()));
    PropagationResult result;
    try {
      result =
          trainer.make(
              request.plan(properties.threadsOfJob()),
              range.to(),
              context.workFolder(),
              new Phases(context),
              context::cancelled);
    } catch (PropagationException e) {
      throw new JobFailedException(String.valueOf(e.getMessage()), e);
    }
    return switch (result) {
      case PropagationResult.Cancelled _ -> new JobOutcome.Cancelled();
      case PropagationResult.Made made -> {
        Written written = new Written(made.generation(), active);
        context.resumeFrom(written.text());
        yield promoted(request, context, written);
      }
    };
  }

  /** The last step, which may be taken again. */
  private JobOutcome promoted(PropagationRequest request, JobContext context, Written written) {
    Promotion.Outcome outcome =
        promotion.promote(
            context,
            written.generation(),
            written.activeBefore(),
            request.activate(),
            request.guard());
    return new JobOutcome.Done(
        new Result(
            written.generation(),
            store.generations().manifest(written.generation()).metrics(),
            outcome.activated(),
            outcome.reason()));
  }

  private record Phases(JobContext context) implements PropagationListener {
    @Override
    public void phase(PropagationPhase phase) {
      context.phase(phase.words(), phase.doneAfter());
    }

    @Override
    public void progress(double share, String note) {
      context.progress(share, note);
    }
  }

  /**
   * Where a run can go on once its generation is written.
   *
   * @param activeBefore the generation that was active when the training began
   */
  private record Written(int generation, OptionalInt activeBefore) {

    String text() {
      return generation + " " + activeBefore.orElse(0);
    }

    static Written parse(String text) {
      String[] numbers = text.split(" ", -1);
      int before = Integer.parseInt(numbers[1]);
      return new Written(
          Integer.parseInt(numbers[0]), before == 0 ? OptionalInt.empty() : OptionalInt.of(before));
    }
  }
}
