package org.espalier.search.job;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.search.job.Checkpoints.Codec;
import org.espalier.search.job.Checkpoints.Saved;

/** Runs a search's phases one after the other: what an earlier run left, else work; told, timed and kept. */
final class PhaseRunner {

  private final Checkpoints checkpoints;
  private final SearchListener listener;
  private final Pace pace;
  private final PhaseClock clock = new PhaseClock();

  PhaseRunner(Checkpoints checkpoints, SearchListener listener, Pace pace) {
    this.checkpoints = checkpoints;
    this.listener = listener;
    this.pace = pace;
  }

  /** The phase's result: of an earlier run, or of work that is then kept. */
  <T> T phase(SearchPhase phase, Codec<T> codec, Supplier<T> work) {
    Optional<Saved<T>> saved = checkpoints.load(phase, codec);
    if (saved.isPresent()) {
      finished(phase, saved.get().seconds(), true);
      return saved.get().value();
    }
    T value = last(phase, work);
    double took = clock.elapsedSeconds();
    checkpoints.save(phase, codec, value, took);
    finished(phase, took, false);
    return value;
  }

  /** The result of a phase of which nothing is kept. */
  <T> T last(SearchPhase phase, Supplier<T> work) {
    stopIfCancelled();
    clock.start();
    listener.on(new SearchEvent.Started(phase));
    return work.get();
  }

  /** Seconds of a phase that is done. */
  double seconds(SearchPhase done) {
    return clock.seconds().getOrDefault(done, 0.0);
  }

  /** Seconds of the phases that are done, and of the one that runs until now. */
  Map<SearchPhase, Double> secondsUntilNow(SearchPhase current) {
    Map<SearchPhase, Double> seconds = clock.seconds();
    seconds.put(current, clock.elapsedSeconds());
    return seconds;
  }

  private void finished(SearchPhase phase, double seconds, boolean resumed) {
    clock.finished(phase, seconds);
    listener.on(
        new SearchEvent.Finished(phase, Duration.ofMillis((long) (seconds * 1000)), resumed));
  }

  /** Says what a training in a phase does. */
  void trained(SearchPhase phase, TrainingEvent event) {
    listener.on(new SearchEvent.Training(phase, event));
    if (event instanceof TrainingEvent.EpochDone epoch) {
      advanced(phase, (double) epoch.epoch() / epoch.epochsMax());
    }
  }

  /** Says how much of a phase is done. */
  void advanced(SearchPhase phase, double share) {
    listener.on(new SearchEvent.Advanced(phase, share, clock.remaining(phase, share)));
  }

  void warn(SearchPhase phase, String line) {
    listener.on(new SearchEvent.Warned(phase, line));
  }

  /**
   * @throws CancellationException when somebody asked for an end
   */
  void stopIfCancelled() {
    if (pace.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }
}
