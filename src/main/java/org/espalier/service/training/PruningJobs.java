package org.espalier.service.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.espalier.embeddings.store.Store;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.search.job.Candidate;
import org.espalier.search.job.ReportPage;
import org.espalier.search.job.SearchException;
import org.espalier.search.job.SearchJob;
import org.espalier.search.job.SearchReport;
import org.espalier.search.job.SearchResult;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.size.NoRoomException;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.jobs.JobProperties;
import org.espalier.service.jobs.LogRange;
import org.espalier.service.jobs.Promotion;
import org.espalier.service.jobs.Promotion.Guard;
import org.espalier.service.jobs.Promotion.Mode;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The search of sizes as a job. It goes on after a restart from the last phase that it finished. */
@Component
class PruningJobs implements JobKind<PruningRequest> {

  /** The candidate is measured and written; what is left is its activation. */
  private static final String WRITTEN = "written";

  private static final Set<String> TABLES = Set.of(MfGeneration.USERS, MfGeneration.ITEMS);

  private final Store store;
  private final SearchStore searches;
  private final SizeDrift drift;
  private final Promotion promotion;
  private final JobProperties properties;

  PruningJobs(
      Store store,
      SearchStore searches,
      SizeDrift drift,
      Promotion promotion,
      JobProperties properties) {
    this.store = store;
    this.searches = searches;
    this.drift = drift;
    this.promotion = promotion;
    this.properties = properties;
  }

  /**
   * What came of a search.
   *
   * @param generation the candidate; null after a dry run
   * @param metrics of the pruned model and, under their names, of those beside it, on the latest events
   * @param activated whether the candidate answers now
   * @param reason why it does not
   */
  record Result(
      @Nullable Integer generation,
      Map<String, Double> metrics,
      boolean activated,
      @JsonProperty("not_activated_because") @Nullable String reason) {}

  @Override
  public String name() {
    return "pruning";
  }

  @Override
  public Class<PruningRequest> requestType() {
    return PruningRequest.class;
  }

  @Override
  public PruningRequest defaults() {
    return PruningRequest.DEFAULTS;
  }

  @Override
  public OptionalLong seed(PruningRequest request) {
    return OptionalLong.of(request.seed());
  }

  @Override
  public void validate(PruningRequest request) {
    if (request.tables() != null && !Set.copyOf(request.tables()).equals(TABLES)) {
      for (String table : request.tables()) {
        if (!TABLES.contains(table)) {
          throw invalid("tables: there is no table '%s', only item and user".formatted(table));
        }
      }
      throw invalid("tables share one budget: name both user and item, or leave tables out");
    }
    Guard guard = request.guard();
    if (guard != null) {
      String known =
          Arrays.stream(RetrievalMetric.values())
              .map(RetrievalMetric::label)
              .collect(Collectors.joining(", "));
      if (Arrays.stream(RetrievalMetric.values())
          .noneMatch(metric -> metric.label().equals(guard.metric()))) {
        throw invalid("guard.metric must be one of " + known);
      }
      if (!(guard.maxDrop() >= 0)) {
        throw invalid("guard.max_drop must be 0 or more");
      }
    }
    if (request.dryRun() && request.activate() == Mode.AUTO) {
      throw invalid("a dry run makes no generation that could be activated");
    }
    Double minDrift = request.minDrift();
    if (minDrift != null && !(minDrift >= 0 && minDrift <= 1)) {
      throw invalid("min_drift must be in 0 .. 1");
    }
    Integer threads = request.threads();
    if (threads != null && !(threads >= 1 && threads <= TrainingJobs.THREADS_MAX)) {
      throw invalid("threads must be 1 to " + TrainingJobs.THREADS_MAX);
    }
    long _ = sinceMs(request);
    if (request.teacher() == PruningRequest.Teacher.ACTIVE && request.source() != null) {
      throw invalid(
          "the active generation learned from the whole log: leave source out, or search with teacher trained");
    }
    try {
      var _ = request.spec(properties.threadsOfJob());
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Refuses a request whose teacher the generation that is active now cannot be. Not a part of the validation: a schedule
   * is right whatever is active at the start.
   */
  void requireTeacher(PruningRequest request) {
    try {
      long _ = searches.lastSequence(request.spec(properties.threadsOfJob()));
    } catch (SearchException e) {
      throw new ProblemException(ProblemCode.NO_TEACHER, String.valueOf(e.getMessage()));
    }
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ProblemCode.INVALID_VALUE, detail);
  }

  private static long sinceMs(PruningRequest request) {
    if (request.source() == null) {
      return Snapshot.FROM_THE_FIRST;
    }
    try {
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME
          .parse(request.source().since(), Instant::from)
          .toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          ProblemCode.INVALID_TIMESTAMP, "source.since must be RFC 3339 (2026-01-31T12:00:00Z)");
    }
  }

  @Override
  public AfterInterruption afterInterruption() {
    return AfterInterruption.RESUME;
  }

  @Override
  public JobOutcome run(PruningRequest request, JobContext context) {
    if (context.resumePoint().isPresent()) {
      return promoted(request, context, Written.parse(context.resumePoint().get()));
    }
    OptionalDouble moved = drift.current();
    Double enough = request.minDrift();
    if (enough != null && moved.isPresent() && moved.getAsDouble() < enough) {
      String reason =
          String.format(
              Locale.ROOT,
              "the best sizes have moved by %.4f of the budget, less than min_drift",
              moved.getAsDouble());
      return new JobOutcome.Done(new Result(null, Map.of(), false, reason));
    }
    OptionalInt active = store.generations().active();
    SearchSpec spec = request.spec(properties.threadsOfJob());
    SearchJob search =
        new SearchJob(
            spec,
            context.workFolder().resolve("search"),
            new PruningPhases(context),
            ending(context));
    SearchResult result;
    try {
      LogRange range = context.logRange(() -> new LogRange(1, searches.lastSequence(spec)));
      result =
          search.run(
              progress ->
                  searches.read(
                      spec,
                      range.to(),
                      sinceMs(request),
                      progress,
                      request.start() == PruningRequest.Start.WARM
                          ? drift::userWeights
                          : SearchStore::alike),
              candidate -> write(request, context, candidate, active));
    } catch (SearchException | NoRoomException e) {
      throw new JobFailedException(String.valueOf(e.getMessage()), e);
    }
    return switch (result) {
      case SearchResult.Cancelled _ -> new JobOutcome.Cancelled();
      case SearchResult.Done done when request.dryRun() ->
          new JobOutcome.Done(new Result(null, finite(done.report()), false, "it was a dry run"));
      case SearchResult.Done done ->
          promoted(
              request,
              context,
              new Written(done.generation(), active, drop(request, done.report())));
    };
  }

  /** A search that is cancelled leaves nothing; one whose service stops must leave what it has. */
  private static BooleanSupplier ending(JobContext context) {
    return () -> {
      if (context.stopping()) {
        throw new JobFailedException("the service stops", null);
      }
      return context.cancelled();
    };
  }

  private int write(
      PruningRequest request, JobContext context, Candidate candidate, OptionalInt active) {
    SearchReport report = candidate.report();
    context.report(
        "report.json", "application/json", JsonMapper.shared().writeValueAsString(report.fields()));
    context.report("report.html", "text/html", ReportPage.html(report));
    if (request.dryRun()) {
      return 0;
    }
    int generation = searches.write(candidate);
    context.resumeFrom(new Written(generation, active, drop(request, report)).text());
    return generation;
  }

  /** How far the pruned model stays behind the full-size one in the guard's metric; 0 without a guard. */
  private static double drop(PruningRequest request, SearchReport report) {
    Guard guard = request.guard();
    if (guard == null) {
      return 0;
    }
    return metric(report, SearchReport.FULL, guard) - metric(report, SearchReport.SEARCHED, guard);
  }

  private static double metric(SearchReport report, String model, Guard guard) {
    return report.test().getOrDefault(model, Map.of()).getOrDefault(guard.metric(), Double.NaN);
  }

  /** The last step, which may be taken again. */
  private JobOutcome promoted(PruningRequest request, JobContext context, Written written) {
    Guard guard = request.guard();
    Promotion.Outcome outcome =
        guard != null && !(written.drop() <= guard.maxDrop())
            ? new Promotion.Outcome(
                false,
                "the guard holds it back: the full size is ahead by %.5f in %s"
                    .formatted(written.drop(), guard.metric()))
            : promotion.promote(
                context, written.generation(), written.activeBefore(), request.activate(), null);
    return new JobOutcome.Done(
        new Result(
            written.generation(),
            store.generations().manifest(written.generation()).metrics(),
            outcome.activated(),
            outcome.reason()));
  }

  private static Map<String, Double> finite(SearchReport report) {
    Map<String, Double> kept = new TreeMap<>(report.metrics());
    kept.values().removeIf(value -> !Double.isFinite(value));
    return kept;
  }

  /**
   * Where a run can go on once its generation is written.
   *
   * @param activeBefore the generation that was active when the search began
   * @param drop see {@link #drop}
   */
  private record Written(int generation, OptionalInt activeBefore, double drop) {

    String text() {
      return "%s %d %d %s".formatted(WRITTEN, generation, activeBefore.orElse(0), drop);
    }

    static Written parse(String text) {
      String[] parts = text.split(" ", -1);
      int before = Integer.parseInt(parts[2]);
      return new Written(
          Integer.parseInt(parts[1]),
          before == 0 ? OptionalInt.empty() : OptionalInt.of(before),
          Double.parseDouble(parts[3]));
    }
  }
}
