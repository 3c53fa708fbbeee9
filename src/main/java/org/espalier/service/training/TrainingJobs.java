package org.espalier.service.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.jobs.JobProperties;
import org.espalier.service.jobs.LogRange;
import org.espalier.service.jobs.Promotion;
import org.espalier.service.jobs.Promotion.Mode;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Training as a job. A run that is interrupted begins again, unless its generation was written already. */
@Component
class TrainingJobs implements JobKind<TrainingRequest> {

  private static final int DIM_MAX = 1024;
  static final int THREADS_MAX = 1024;

  private final Store store;
  private final ModelTrainer trainer;
  private final Promotion promotion;
  private final JobProperties properties;

  TrainingJobs(Store store, ModelTrainer trainer, Promotion promotion, JobProperties properties) {
    this.store = store;
    this.trainer = trainer;
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

  @Override
  public String name() {
    return "training";
  }

  @Override
  public Class<TrainingRequest> requestType() {
    return TrainingRequest.class;
  }

  @Override
  public TrainingRequest defaults() {
    return TrainingRequest.DEFAULTS;
  }

  @Override
  public OptionalLong seed(TrainingRequest request) {
    return OptionalLong.of(request.seed());
  }

  @Override
  public void validate(TrainingRequest request) {
    require(request.dim() >= 1 && request.dim() <= DIM_MAX, "dim must be 1 to " + DIM_MAX);
    require(
        request.threads() == null || (request.threads() >= 1 && request.threads() <= THREADS_MAX),
        "threads must be 1 to " + THREADS_MAX);
    require(request.heldOut() >= 0 && request.heldOut() <= 0.5, "held_out must be 0 to 0.5");
    require(
        request.guard() == null || request.guard().maxDrop() >= 0,
        "guard.max_drop must be 0 or more");
    require(
        request.guard() == null || request.activate() == Mode.AUTO,
        "a guard needs \"activate\":\"auto\"");
    require(
        request.guard() == null || request.heldOut() > 0,
        "a guard needs held_out above 0, by which the new generation is measured");
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
  public JobOutcome run(TrainingRequest request, JobContext context) {
    if (context.resumePoint().isPresent()) {
      return promoted(request, context, Written.parse(context.resumePoint().get()));
    }
    OptionalInt active = store.generations().active();
    LogRange range = context.logRange(() -> new LogRange(1, store.lastSequence()));
    TrainingPhases phases = new TrainingPhases(context);
    TrainingSpec spec = request.spec(properties.threadsOfJob());
    TrainingResult result;
    try {
      result = trainer.train(spec, range.to(), phases, context::cancelled);
    } catch (TrainingException e) {
      throw new JobFailedException(String.valueOf(e.getMessage()), e);
    }
    return switch (result) {
      case TrainingResult.Cancelled _ -> new JobOutcome.Cancelled();
      case TrainingResult.Trained trained -> {
        Written written = new Written(trained.generation(), active);
        context.resumeFrom(written.text());
        yield promoted(request, context, written);
      }
    };
  }

  /** The last step, which may be taken again. */
  private JobOutcome promoted(TrainingRequest request, JobContext context, Written written) {
    Manifest manifest = store.generations().manifest(written.generation());
    Promotion.Outcome outcome =
        promotion.promote(
            context,
            written.generation(),
            written.activeBefore(),
            request.activate(),
            request.guard());
    return new JobOutcome.Done(
        new Result(
            written.generation(), manifest.metrics(), outcome.activated(), outcome.reason()));
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
