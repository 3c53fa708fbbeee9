package org.espalier.service.upkeep;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Bounds the log by age and size. What goes is the oldest that arrived: events with their places in histories, counts and
 * edges. While a training or a search reads the log, nothing goes; the next run makes up for it.
 */
@Component
class RetentionJobs implements JobKind<RetentionJobs.Request> {

  /**
   * Body of {@code POST /v1/admin/retentions}; at least one of the two.
   *
   * @param maxAge events older than this go, as an ISO duration ({@code P90D})
   * @param maxEvents the most events that stay
   */
  @Schema(name = "RetentionRequest")
  record Request(
      @Schema(example = "P90D") @JsonProperty("max_age") @Nullable String maxAge,
      @Schema(example = "100000000", minimum = "0", maximum = "9223372036854775807")
          @JsonProperty("max_events")
          @Nullable Long maxEvents) {}

  /**
   * What was done.
   *
   * @param events that went
   * @param firstSequence of the log now; null when it is empty
   */
  record Result(long events, @JsonProperty("first_sequence") @Nullable Long firstSequence) {}

  private final Store store;
  private final Clock clock;

  RetentionJobs(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "retention";
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Request defaults() {
    return new Request("P365D", null);
  }

  @Override
  public void validate(Request request) {
    if (request.maxAge() == null && request.maxEvents() == null) {
      throw new ProblemException(
          ProblemCode.MISSING_FIELD, "max_age, max_events or both are needed");
    }
    if (request.maxEvents() != null && request.maxEvents() < 0) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, "max_events must be 0 or more");
    }
    long _ = beforeMs(request);
  }

  private long beforeMs(Request request) {
    if (request.maxAge() == null) {
      return Long.MIN_VALUE;
    }
    try {
      Duration age = Duration.parse(request.maxAge());
      if (age.isNegative()) {
        throw new ProblemException(ProblemCode.INVALID_VALUE, "max_age must be 0 or more");
      }
      return clock.instant().minus(age).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "max_age must be a duration of days and hours such as P90D or PT36H");
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
    context.phase("trimming the log", 1);
    long keepMax = request.maxEvents() == null ? Long.MAX_VALUE : request.maxEvents();
    long trimmed =
        store.trim(beforeMs(request), keepMax, () -> !context.cancelled() && !context.stopping());
    if (context.cancelled()) {
      return new JobOutcome.Cancelled();
    }
    var first = store.events().firstSequence();
    return new JobOutcome.Done(
        new Result(trimmed, first.isPresent() ? (Long) first.getAsLong() : null));
  }
}
