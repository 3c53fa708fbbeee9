package org.espalier.service.generations;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.embeddings.store.Generations;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Frees disk space: what unfinished generations left behind, and old generations when that is asked for. */
@Component
class CleanUpJobs implements JobKind<CleanUpJobs.Request> {

  /**
   * Body of {@code POST /v1/admin/cleanups}.
   *
   * @param keepGenerations how many of the newest generations stay, beside the active one, pinned ones and those of an experiment; null for all
   */
  @Schema(name = "CleanUpRequest")
  record Request(
      @Schema(minimum = "0", maximum = "2147483647") @JsonProperty("keep_generations")
          @Nullable Integer keepGenerations) {}

  /**
   * What was removed.
   *
   * @param generations old ones
   * @param unfinished numbers of generations that were never finished
   * @param files of tables that were never taken over
   */
  record Result(List<Integer> generations, List<Integer> unfinished, int files) {}

  private final Store store;
  private final GenerationAdmin generations;

  CleanUpJobs(Store store, GenerationAdmin generations) {
    this.store = store;
    this.generations = generations;
  }

  @Override
  public String name() {
    return "cleanup";
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Request defaults() {
    return new Request(null);
  }

  @Override
  public void validate(Request request) {
    if (request.keepGenerations() != null && request.keepGenerations() < 0) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "keep_generations must be 0 or more, or left out");
    }
  }

  /** Two would only wait for each other. */
  @Override
  public String conflictKey(Request request, String requestJson) {
    return name();
  }

  @Override
  public AfterInterruption afterInterruption() {
    return AfterInterruption.RESTART;
  }

  @Override
  public JobOutcome run(Request request, JobContext context) {
    context.phase("removing what was never finished", 0.5);
    Generations.Garbage garbage = store.generations().collectGarbage();
    if (context.cancelled()) {
      return new JobOutcome.Cancelled();
    }
    context.phase("deleting old generations", 1);
    List<Integer> old =
        request.keepGenerations() == null
            ? List.of()
            : generations.deleteOld(request.keepGenerations());
    return new JobOutcome.Done(new Result(old, garbage.generations(), garbage.files()));
  }
}
