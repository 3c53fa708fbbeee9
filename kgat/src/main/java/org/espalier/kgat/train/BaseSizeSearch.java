package org.espalier.kgat.train;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.model.BaseGradientSink;
import org.espalier.kgat.model.BaseSizes;
import org.espalier.kgat.model.BaseSizing;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.espalier.learning.train.TrainingOutcome;

/**
 * A search of the base rows' sizes: a full-size model is trained for a few epochs and shows its rows and
 * their gradients; a rule makes sizes of that. The model is then forgotten.
 */
public final class BaseSizeSearch {

  private BaseSizeSearch() {}

  /** Chooses sizes by a full-size model that was trained a little. */
  @FunctionalInterface
  public interface Rule {
    /** The sizes; the model is of use during the call only. */
    BaseSizes sizes(WarmModel model);
  }

  /** A full-size model after its warm-up. */
  public interface WarmModel {

    Ckg graph();

    /** Values of a row. */
    int dim();

    /** All rows, (nodes, dim); shared, not to be changed. */
    float[] base();

    /** The ranking loss's gradients, batch by batch, in one pass over the interactions. */
    void showGradients(BaseGradientSink sink);
  }

  /**
   * What was found.
   *
   * @param warmUp the time that the full-size model took
   * @param total from begin to end
   */
  public record Found(BaseSizes sizes, Duration warmUp, Duration total) {}

  /**
   * Searches. Same seed, same sizes.
   *
   * @param spec of the model; its own sizing is not used
   * @param epochs of the warm-up, at least 1
   * @param cancelled true ends it early: the sizes are then those of what was seen so far
   * @throws IllegalArgumentException when there is nothing to train on, or the training diverges
   */
  public static Found run(
      Interactions train,
      Optional<KnowledgeGraph> knowledge,
      PropagatorSpec.Layered spec,
      int epochs,
      Rule rule,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    if (train.size() == 0) {
      throw new IllegalArgumentException("there are no interactions to train on");
    }
    long startNs = System.nanoTime();
    try (Workers workers = new Workers(threads)) {
      LayeredTraining training =
          LayeredTraining.of(
              train,
              knowledge,
              spec.withSizing(BaseSizing.FULL),
              _ -> Double.NaN, // all epochs are run
              seed,
              workers);
      TrainingOutcome outcome =
          new TrainingLoop(epochs, epochs).run(training.trainee(), listener, cancelled);
      if (outcome.reason() == TrainingOutcome.Reason.DIVERGED) {
        throw new IllegalArgumentException(
            "the warm-up of the size search diverged in epoch " + outcome.epochs());
      }
      BaseSizes sizes = rule.sizes(new Warm(training, spec.shape().dim(), cancelled));
      return new Found(sizes, outcome.total(), Duration.ofNanos(System.nanoTime() - startNs));
    }
  }

  private record Warm(LayeredTraining training, int dim, BooleanSupplier cancelled)
      implements WarmModel {

    @Override
    public Ckg graph() {
      return training.graph();
    }

    @Override
    public float[] base() {
      return training.learner().base();
    }

    @Override
    public void showGradients(BaseGradientSink sink) {
      training.trainee().showBaseGradients(sink, cancelled);
    }
  }
}
