package org.espalier.search.job;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.search.job.Checkpoints.Codec;
import org.espalier.search.job.Checkpoints.Saved;
import org.espalier.search.retrieval.Prepared;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.retrieval.Pruned;
import org.espalier.search.retrieval.RetrievalPruner;
import org.espalier.search.retrieval.SizeSummary;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;

/**
 * A search over a factorisation's tables, from the log to a candidate generation, in the phases of {@link
 * SearchPhase}. Each phase leaves its result in the work folder, so a search that was killed goes on after the last
 * finished phase, and gives the same tables as one that was not; a search that is cancelled, or that finds no room or
 * nothing to learn from, leaves nothing. Runs once, in the caller's thread and the workers of its spec.
 */
public final class SearchJob {

  private static final int CHOOSING_USERS_FEW = 100;

  private final SearchSpec spec;
  private final Path workFolder;
  private final SearchListener listener;
  private final Pace pace;
  private final PhaseClock clock = new PhaseClock();

  /**
   * @param workFolder empty, missing, or of the same search, which then goes on
   * @param cancelled asked every few milliseconds; true, and true it then stays, ends the search
   */
  public SearchJob(
      SearchSpec spec, Path workFolder, SearchListener listener, BooleanSupplier cancelled) {
    this.spec = spec;
    this.workFolder = workFolder;
    this.listener = listener;
    this.pace = new Pace(spec.duty(), cancelled);
  }

  /** A full-size model, and how many epochs it took. */
  record Trained(MfModel model, int epochs) {}

  /**
   * Searches.
   *
   * @param source gives the log; not asked when an earlier run has read it
   * @param sink takes the candidate
   * @throws SearchException when nothing can be found, saying why; before anything is trained where the log or the
   *     settings are at fault
   * @throws NoRoomException before anything is trained, when the budget has no room
   */
  public SearchResult run(LogSnapshot.Source source, Candidate.Sink sink) {
    try (Checkpoints checkpoints = Checkpoints.open(workFolder, spec.fingerprint());
        Workers workers = new Workers(spec.threads())) {
      try {
        SearchResult.Done done = search(checkpoints, workers, source, sink);
        checkpoints.delete();
        return done;
      } catch (CancellationException _) {
        checkpoints.delete();
        return new SearchResult.Cancelled();
      } catch (RuntimeException e) {
        if (checkpoints.isEmpty()) { // there is nothing to go on from
          checkpoints.delete();
        }
        throw e;
      }
    }
  }

  private SearchResult.Done search(
      Checkpoints checkpoints, Workers workers, LogSnapshot.Source source, Candidate.Sink sink) {
    LogSnapshot snapshot =
        phase(checkpoints, SearchPhase.SNAPSHOT, Codecs.SNAPSHOT, () -> checked(source));
    Interactions all = snapshot.interactions();
    SearchSplit split = SearchSplit.of(all, spec.heldOut());
    phase(checkpoints, SearchPhase.SPLIT, Codecs.DONE, () -> true);
    warnOfFew(split.choosing().userCount());
    MfSpec mf = spec.mf(all.itemCount());
    Trained teacher =
        phase(
            checkpoints,
            SearchPhase.WARM_UP,
            Codecs.TRAINED,
            () -> train(SearchPhase.WARM_UP, mf, split.train(), Optional.of(split.valid())));
    ItemSets seen = ItemSets.of(split.train());
    Prepared prepared =
        phase(
            checkpoints,
            SearchPhase.SALIENCY,
            Codecs.PREPARED,
            () ->
                Prepared.of(
                    teacher.model(),
                    seen,
                    snapshot.userWeights(),
                    spec.prune().seed(),
                    workers,
                    pace));
    RetrievalPruner pruner =
        new RetrievalPruner(prepared, seen, Optional.of(split.choosing()), workers, pace);
    Sized sized =
        phase(
            checkpoints,
            SearchPhase.SIZES,
            Codecs.SIZED,
            () -> Sized.find(pruner, spec.prune(), spec.maxDrop()));
    Evaluation evaluation =
        phase(
            checkpoints,
            SearchPhase.EVALUATION,
            Evaluation.CODEC,
            () -> evaluate(split, teacher, pruner, sized, workers));
    MfSpec known = mf.withEpochsMax(Math.max(1, teacher.epochs()));
    Trained last =
        phase(
            checkpoints,
            SearchPhase.FINAL_TRAINING,
            Codecs.TRAINED,
            () -> train(SearchPhase.FINAL_TRAINING, known, all, Optional.empty()));
    return begin(
        SearchPhase.CANDIDATE,
        () -> candidate(snapshot, known, last, sized, evaluation, workers, sink));
  }

  private LogSnapshot checked(LogSnapshot.Source source) {
    LogSnapshot snapshot =
        source.read(share -> {
          stopIfCancelled();
          advanced(SearchPhase.SNAPSHOT, share);
        });
    Interactions all = snapshot.interactions();
    SearchSplit.of(all, spec.heldOut());
    RetrievalPruner.requireRoom(spec.prune(), all.userCount(), all.itemCount(), spec.dim());
    long needed = MemoryEstimate.bytes(spec, all.userCount(), all.itemCount(), all.size());
    if (needed > spec.memoryBytesMax()) {
      throw new SearchException(
          "the search needs about %,d MB for %,d users, %,d items and %,d interactions at size %d, and may take %,d;"
                  .formatted(
                      needed >> 20,
                      all.userCount(),
                      all.itemCount(),
                      all.size(),
                      spec.dim(),
                      spec.memoryBytesMax() >> 20)
              + " allow more, or search at a smaller full size");
    }
    return snapshot;
  }

  /** With few users the choice of the space, and any difference between models, is mostly luck. */
  private void warnOfFew(int users) {
    if (users < CHOOSING_USERS_FEW) {
      listener.on(
          new SearchEvent.Warned(
              SearchPhase.SPLIT,
              "only %d users have something new in the slice that chooses; small differences of quality mean little"
                  .formatted(users)));
    }
  }

  private Trained train(
      SearchPhase phase, MfSpec mf, Interactions train, Optional<Interactions> valid) {
    MfTraining training = MfTrainer.train(train, valid, mf, event -> trained(phase, event), pace);
    stopIfCancelled();
    if (training.outcome().reason() == Reason.DIVERGED) {
      throw new SearchException(
          "the training diverged in epoch %d; search with loss als"
              .formatted(training.outcome().epochs()));
    }
    return new Trained(training.model(), training.outcome().bestEpoch());
  }

  private Evaluation evaluate(
      SearchSplit split, Trained teacher, RetrievalPruner pruner, Sized sized, Workers workers) {
    RetrievalEvaluator latest = split.measuring();
    Map<String, Map<String, Double>> test = new LinkedHashMap<>();
    test.put(SearchReport.SEARCHED, metrics(latest, sized.pruned().model(), workers));
    test.put(SearchReport.FULL, metrics(latest, teacher.model(), workers));
    List<SearchReport.CurvePoint> curve = new ArrayList<>();
    double[] keeps = spec.curve(sized.keep());
    Method[] methods = {spec.prune().method(), Method.UNIFORM};
    int done = 0;
    for (Method each : methods) {
      for (double keep : keeps) {
        advanced(SearchPhase.EVALUATION, (double) done++ / (methods.length * keeps.length));
        PruneSpec point = spec.prune().withMethod(each).withKeep(keep);
        Sized.withRoom(pruner, point) // the curve ends where there is none
            .ifPresent(tables -> {
              if (each == Method.UNIFORM && keep == sized.keep()) {
                test.put("uniform", metrics(latest, tables.model(), workers));
              }
              SearchReport.CurvePoint found =
                  new SearchReport.CurvePoint(
                      name(each),
                      each == Method.FULL ? 1 : keep,
                      tables.support().numbers(),
                      tables.embeddingBytes(),
                      tables.validation());
              if (!curve.contains(found)) {
                curve.add(found);
              }
            });
      }
    }
    test.put("popularity", metrics(latest.evaluatePopularity(split.train(), workers)));
    return new Evaluation(test, List.copyOf(curve));
  }

  private SearchResult.Done candidate(
      LogSnapshot snapshot,
      MfSpec mf,
      Trained last,
      Sized sized,
      Evaluation evaluation,
      Workers workers,
      Candidate.Sink sink) {
    ItemSets seen = ItemSets.of(snapshot.interactions());
    Prepared prepared =
        Prepared.of(last.model(), seen, snapshot.userWeights(), spec.prune().seed(), workers, pace);
    RetrievalPruner pruner = new RetrievalPruner(prepared, seen, Optional.empty(), workers, pace);
    Pruned tables =
        pruner.prune(spec.prune().withKeep(sized.keep()).withSpace(sized.pruned().space()));
    SearchReport report = report(snapshot, sized.keep(), tables, evaluation, pruner.counts());
    stopIfCancelled();
    int generation = sink.write(new Candidate(snapshot, tables, mf, report));
    return new SearchResult.Done(generation, report);
  }

  private SearchReport report(
      LogSnapshot snapshot, double keep, Pruned tables, Evaluation evaluation, int[] counts) {
    Map<SearchPhase, Double> seconds = clock.seconds();
    seconds.put(SearchPhase.CANDIDATE, clock.elapsedSeconds());
    int tokens = tables.support().tokenCount();
    return new SearchReport(
        name(spec.prune().method()),
        spec.prune().method() == Method.FULL ? 1 : keep,
        spec.loss().name().toLowerCase(Locale.ROOT),
        spec.dim(),
        spec.prune().seed(),
        snapshot.lastSequence(),
        snapshot.userIds().length,
        snapshot.itemIds().length,
        snapshot.interactions().size(),
        tables.space(),
        tables.support().numbers(),
        spec.prune().withKeep(keep).budget(tokens, spec.dim()),
        tables.embeddingBytes(),
        (long) Float.BYTES * tokens * spec.dim(),
        evaluation.test(),
        evaluation.curve(),
        SizeSummary.of(tables.support(), counts),
        seconds);
  }

  /** The phase's result: of an earlier run, or of work that is then kept. */
  private <T> T phase(
      Checkpoints checkpoints, SearchPhase phase, Codec<T> codec, Supplier<T> work) {
    Optional<Saved<T>> saved = checkpoints.load(phase, codec);
    if (saved.isPresent()) {
      finished(phase, saved.get().seconds(), true);
      return saved.get().value();
    }
    T value = begin(phase, work);
    double took = clock.elapsedSeconds();
    checkpoints.save(phase, codec, value, took);
    finished(phase, took, false);
    return value;
  }

  private <T> T begin(SearchPhase phase, Supplier<T> work) {
    stopIfCancelled();
    clock.start();
    listener.on(new SearchEvent.Started(phase));
    return work.get();
  }

  private void finished(SearchPhase phase, double seconds, boolean resumed) {
    clock.finished(phase, seconds);
    listener.on(
        new SearchEvent.Finished(phase, Duration.ofMillis((long) (seconds * 1000)), resumed));
  }

  private void trained(SearchPhase phase, TrainingEvent event) {
    listener.on(new SearchEvent.Training(phase, event));
    if (event instanceof TrainingEvent.EpochDone epoch) {
      advanced(phase, (double) epoch.epoch() / epoch.epochsMax());
    }
  }

  private void advanced(SearchPhase phase, double share) {
    listener.on(new SearchEvent.Advanced(phase, share, clock.remaining(phase, share)));
  }

  private void stopIfCancelled() {
    if (pace.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }

  private static Map<String, Double> metrics(
      RetrievalEvaluator slice, MfModel model, Workers workers) {
    return metrics(slice.evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers));
  }

  private static Map<String, Double> metrics(RetrievalResult result) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      metrics.put(metric.label(), result.mean(metric));
    }
    return metrics;
  }

  private static String name(Method method) {
    return method.name().toLowerCase(Locale.ROOT);
  }
}
