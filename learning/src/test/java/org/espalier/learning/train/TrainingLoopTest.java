package org.espalier.learning.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TrainingLoopTest {

  private final AtomicLong clockNs = new AtomicLong();
  private final List<TrainingEvent> events = new ArrayList<>();

  @Test
  void it_stops_when_the_patience_runs_out_and_goes_back_to_the_best_epoch() {
    FakeModel model = new FakeModel(0.1, 0.3, 0.2, 0.3, 0.25, 0.9);
    TrainingOutcome outcome = loop(100, 3).run(model, events::add, () -> false);
    assertThat(outcome.reason()).isEqualTo(Reason.CONVERGED);
    assertThat(outcome.epochs()).isEqualTo(5);
    assertThat(outcome.bestEpoch()).isEqualTo(2);
    assertThat(outcome.bestValidation()).isEqualTo(0.3);
    assertThat(outcome.untilBest()).isEqualTo(Duration.ofSeconds(2));
    assertThat(outcome.total()).isEqualTo(Duration.ofSeconds(5));
    assertThat(outcome.epochSeconds()).isEqualTo(1);
    assertThat(model.weights).isEqualTo(2);
    assertThat(events).hasSize(5 + 5 + 1);
    assertThat(events.get(3))
        .isEqualTo(new TrainingEvent.EpochDone(2, 100, 0.5, 0.3, true, Duration.ofSeconds(2)));
    assertThat(events.getLast()).isEqualTo(new TrainingEvent.Stopped(outcome));
  }

  @Test
  void it_finishes_after_its_last_epoch() {
    FakeModel model = new FakeModel(0.1, 0.2, 0.3);
    TrainingOutcome outcome = loop(3, 1).run(model, events::add, () -> false);
    assertThat(outcome.reason()).isEqualTo(Reason.FINISHED);
    assertThat(model.weights).isEqualTo(3);
  }

  @Test
  void without_a_metric_the_last_epoch_is_the_best() {
    FakeModel model = new FakeModel(Double.NaN, Double.NaN, Double.NaN);
    TrainingOutcome outcome = loop(3, 1).run(model, events::add, () -> false);
    assertThat(outcome.reason()).isEqualTo(Reason.FINISHED);
    assertThat(outcome.bestEpoch()).isEqualTo(3);
    assertThat(outcome.bestValidation()).isNaN();
    assertThat(model.weights).isEqualTo(3);
  }

  @Test
  void a_metric_that_becomes_unknown_is_no_improvement() {
    FakeModel model = new FakeModel(0.1, Double.NaN, 0.05);
    TrainingOutcome outcome = loop(3, 2).run(model, events::add, () -> false);
    assertThat(outcome.bestEpoch()).isEqualTo(1);
    assertThat(model.weights).isEqualTo(1);
  }

  @Test
  void a_cancelled_run_keeps_the_best_of_its_whole_epochs() {
    FakeModel model = new FakeModel(0.1, 0.2, 0.3);
    TrainingOutcome outcome = loop(3, 3).run(model, events::add, () -> model.weights == 3);
    assertThat(outcome.reason()).isEqualTo(Reason.CANCELLED);
    assertThat(outcome.epochs()).isEqualTo(3);
    assertThat(outcome.bestEpoch()).isEqualTo(2);
    assertThat(model.weights).isEqualTo(2);
  }

  @Test
  void a_run_that_diverges_at_once_leaves_the_first_weights() {
    FakeModel model = new FakeModel(0.1);
    model.loss = Double.NaN;
    TrainingOutcome outcome = loop(3, 3).run(model, events::add, () -> false);
    assertThat(outcome.reason()).isEqualTo(Reason.DIVERGED);
    assertThat(outcome.bestEpoch()).isZero();
    assertThat(model.weights).isZero();
    assertThat(events.getLast()).isEqualTo(new TrainingEvent.Stopped(outcome));
  }

  @Test
  void steps_report_the_mean_loss_so_far() {
    loop(1, 1).run(new FakeModel(0.1), events::add, () -> false);
    assertThat(events.getFirst())
        .isEqualTo(new TrainingEvent.StepDone(1, 2, 2, 0.5, Duration.ofSeconds(1)));
  }

  @Test
  void bounds_below_one_are_refused() {
    assertThatThrownBy(() -> new TrainingLoop(0, 1)).hasMessageContaining("epochsMax=0");
    assertThatThrownBy(() -> new EarlyStopping(0)).hasMessageContaining("patience=0");
  }

  private TrainingLoop loop(int epochsMax, int patience) {
    return new TrainingLoop(epochsMax, patience, clockNs::get);
  }

  /** Its weights are the number of the epoch that it was last trained in; an epoch takes 1 s. */
  private final class FakeModel implements Trainee {
    final double[] metrics;
    double loss = 1;
    int weights;
    int kept;

    FakeModel(double... metrics) {
      this.metrics = metrics;
    }

    @Override
    public long samplesPerEpoch() {
      return 2;
    }

    @Override
    public void trainEpoch(int epoch, Progress progress) {
      weights = epoch;
      clockNs.addAndGet(1_000_000_000);
      progress.advance(2, loss);
    }

    @Override
    public double validate() {
      return metrics[weights - 1];
    }

    @Override
    public void keep() {
      kept = weights;
    }

    @Override
    public void restore() {
      weights = kept;
    }
  }
}
