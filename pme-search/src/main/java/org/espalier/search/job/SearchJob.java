package org.espalier.search.job;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.mf.MfTraining;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.espalier.search.job.SearchSpec.Teacher;
import org.espalier.search.retrieval.Prepared;
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
   * @param source gives the log and, where the spec asks for it, the teacher; not asked when an earlier run has read them
   * @param sink takes the candidate
   * @throws SearchException when nothing can be found, saying why; before anything is trained where the log or the
   *     settings are at fault
   * @throws NoRoomException before anything is trained, when the budget has no room
   */
  public SearchResult run(LogSnapshot.Source source, Candidate.Sink sink) {
    try (Checkpoints checkpoints = Checkpoints.open(workFolder, spec.fingerprint());
        Workers workers = new Workers(spec.threads())) {
      try {
        PhaseRunner phases = new PhaseRunner(checkpoints, listener, pace);
        SearchResult.Done done = search(phases, workers, source, sink);
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
      PhaseRunner phases, Workers workers, LogSnapshot.Source source, Candidate.Sink sink) {
    LogSnapshot snapshot =
        phases.phase(SearchPhase.SNAPSHOT, Codecs.SNAPSHOT, () -> checked(source, phases));
    Interactions all = snapshot.interactions();
    SearchSplit split = SearchSplit.of(all, spec.heldOut());
    phases.phase(SearchPhase.SPLIT, Codecs.DONE, () -> true);
    warnOfFew(split.choosing().userCount(), phases);
    MfSpec mf = spec.mf(all.itemCount());
    Trained known =
        phases.phase(
            SearchPhase.WARM_UP,
            Codecs.TRAINED,
            () ->
                train(SearchPhase.WARM_UP, mf, split.train(), Optional.of(split.valid()), phases));
    ItemSets seen = ItemSets.of(split.train());
    Prepared prepared =
        phases.phase(
            SearchPhase.SALIENCY,
            Codecs.PREPARED,
            () -> prepared(known.model(), seen, snapshot, workers));
    RetrievalPruner pruner =
        new RetrievalPruner(prepared, seen, Optional.of(split.choosing()), workers, pace);
    Sized sized =
        phases.phase(
            SearchPhase.SIZES,
            Codecs.SIZED,
            () -> Sized.find(pruner, spec.prune(), spec.maxDrop()));
    Evaluation evaluation =
        phases.phase(
            SearchPhase.EVALUATION,
            Evaluation.CODEC,
            () ->
                new Measurement(spec, split, pruner, workers)
                    .evaluate(
                        known.model(),
                        sized,
                        share -> phases.advanced(SearchPhase.EVALUATION, share)));
    MfSpec whole = mf.withEpochsMax(Math.max(1, known.epochs()));
    TeacherModel teacher = snapshot.teacher().orElseGet(() -> trained(whole, all, phases));
    return phases.last(
        SearchPhase.CANDIDATE,
        () -> candidate(snapshot, teacher, sized, evaluation, phases, workers, sink));
  }

  private LogSnapshot checked(LogSnapshot.Source source, PhaseRunner phases) {
    LogSnapshot snapshot =
        source.read(share -> {
          phases.stopIfCancelled();
          phases.advanced(SearchPhase.SNAPSHOT, share);
        });
    if (snapshot.teacher().isPresent() != (spec.teacher() == Teacher.ACTIVE)) {
      throw new IllegalArgumentException(
          "teacher=" + spec.teacher() + ", and the source disagrees");
    }
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
  private static void warnOfFew(int users, PhaseRunner phases) {
    if (users < CHOOSING_USERS_FEW) {
      phases.warn(
          SearchPhase.SPLIT,
          "only %d users have something new in the slice that chooses; small differences of quality mean little"
              .formatted(users));
    }
  }

  private Trained train(
      SearchPhase phase,
      MfSpec mf,
      Interactions train,
      Optional<Interactions> valid,
      PhaseRunner phases) {
    MfTraining training =
        MfTrainer.train(train, valid, mf, event -> phases.trained(phase, event), pace);
    phases.stopIfCancelled();
    if (training.outcome().reason() == Reason.DIVERGED) {
      throw new SearchException(
          "the training diverged in epoch %d; search with loss als"
              .formatted(training.outcome().epochs()));
    }
    return new Trained(training.model(), training.outcome().bestEpoch());
  }

  /** The full-size model of the whole log, trained as long as the split says. */
  private TeacherModel trained(MfSpec mf, Interactions all, PhaseRunner phases) {
    Trained last =
        phases.phase(
            SearchPhase.FINAL_TRAINING,
            Codecs.TRAINED,
            () -> train(SearchPhase.FINAL_TRAINING, mf, all, Optional.empty(), phases));
    return new TeacherModel(
        OptionalInt.empty(),
        last.model(),
        mf.objective().foldIn(),
        mf.epochsMax(),
        phases.seconds(SearchPhase.FINAL_TRAINING));
  }

  private Prepared prepared(MfModel full, ItemSets seen, LogSnapshot snapshot, Workers workers) {
    return Prepared.of(full, seen, snapshot.userWeights(), spec.prune().seed(), workers, pace);
  }

  private SearchResult.Done candidate(
      LogSnapshot snapshot,
      TeacherModel teacher,
      Sized sized,
      Evaluation evaluation,
      PhaseRunner phases,
      Workers workers,
      Candidate.Sink sink) {
    ItemSets seen = ItemSets.of(snapshot.interactions());
    Prepared prepared = prepared(teacher.model(), seen, snapshot, workers);
    RetrievalPruner pruner = new RetrievalPruner(prepared, seen, Optional.empty(), workers, pace);
    Pruned tables =
        pruner.prune(spec.prune().withKeep(sized.keep()).withSpace(sized.pruned().space()));
    int tokens = tables.support().tokenCount();
    SearchReport report =
        new SearchReport(
            spec.prune().method().name().toLowerCase(Locale.ROOT),
            spec.prune().method() == Method.FULL ? 1 : sized.keep(),
            spec.loss().name().toLowerCase(Locale.ROOT),
            spec.dim(),
            spec.prune().seed(),
            new SearchReport.Teacher(teacher.generation(), teacher.seconds()),
            snapshot.lastSequence(),
            snapshot.userIds().length,
            snapshot.itemIds().length,
            snapshot.interactions().size(),
            tables.space(),
            tables.support().numbers(),
            spec.prune().withKeep(sized.keep()).budget(tokens, spec.dim()),
            tables.embeddingBytes(),
            (long) Float.BYTES * tokens * spec.dim(),
            evaluation.test(),
            evaluation.curve(),
            SizeSummary.of(tables.support(), pruner.counts()),
            phases.secondsUntilNow(SearchPhase.CANDIDATE));
    phases.stopIfCancelled();
    int generation = sink.write(new Candidate(snapshot, tables, teacher, report));
    return new SearchResult.Done(generation, report);
  }
}
