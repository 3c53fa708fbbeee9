package org.espalier.kgat.train;

import java.util.Collections;
import java.util.List;
import org.espalier.kgat.history.Blend;
import org.espalier.kgat.history.ClosedForm;
import org.espalier.kgat.history.ClosedFormSpec;
import org.espalier.kgat.history.EncoderSpec;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.BaseSizing;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.LearnerSettings;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.PropagationSpec.Readout;
import org.espalier.learning.data.Interactions;

/** Which propagator to train, and how. The presets were chosen on validation slices. */
public sealed interface PropagatorSpec {

  /**
   * Histories that are shorter on average are not regressed on. iFashion's have 1.7 interactions,
   * MovieLens 100K's 86; nothing between was measured.
   */
  double SHORT_HISTORY = 5;

  /**
   * Layers over the graph, trained by BPR and, where asked, by the triples' loss (KGAT, LightGCN).
   *
   * @param sizing of the base rows
   * @param triples whether the triples are trained on
   * @param batch samples of a step
   * @param schedule of the learning rate, over {@code epochsMax} epochs
   * @param patience how many epochs in a row may bring no better validation metric
   */
  record Layered(
      PropagationSpec shape,
      BaseSizing sizing,
      EdgeWeighting weighting,
      LearnerSettings settings,
      boolean triples,
      int batch,
      RateSchedule schedule,
      int epochsMax,
      int patience)
      implements PropagatorSpec {

    /** The same with full base rows and a learning rate that stays. */
    public Layered(
        PropagationSpec shape,
        EdgeWeighting weighting,
        LearnerSettings settings,
        boolean triples,
        int batch,
        int epochsMax,
        int patience) {
      this(
          shape,
          BaseSizing.FULL,
          weighting,
          settings,
          triples,
          batch,
          RateSchedule.CONSTANT,
          epochsMax,
          patience);
    }

    /** The same with other sizes of the base rows. */
    public Layered withSizing(BaseSizing other) {
      return new Layered(
          shape, other, weighting, settings, triples, batch, schedule, epochsMax, patience);
    }

    /** The same with other epochs, over which the schedule then stretches. */
    public Layered withEpochs(int max, int patience) {
      return new Layered(
          shape, sizing, weighting, settings, triples, batch, schedule, max, patience);
    }

    /**
     * @throws IllegalArgumentException when a number is not positive
     */
    public Layered {
      if (batch < 1 || epochsMax < 1 || patience < 1) {
        throw new IllegalArgumentException(
            "batch=%d, epochsMax=%d and patience=%d must be at least 1"
                .formatted(batch, epochsMax, patience));
      }
    }
  }

  /**
   * Two propagations from the history side by side.
   *
   * @param encoderWeight deviation of the encoder's scores where those of the closed form have 1, or
   *     {@link Blend#AS_THEY_ARE}
   */
  record History(ClosedFormSpec closedForm, EncoderSpec encoder, float encoderWeight)
      implements PropagatorSpec {}

  /**
   * Very sparse random projections of the graph, untrained.
   *
   * @param dim values of a vector
   * @param tripleWeight of a triple where an interaction weighs 1
   */
  record RandomProjection(int dim, float tripleWeight) implements PropagatorSpec {

    /**
     * @throws IllegalArgumentException when a value is not positive
     */
    public RandomProjection {
      if (dim < 1 || !(tripleWeight > 0)) {
        throw new IllegalArgumentException(
            "dim=%d and tripleWeight=%s must be positive".formatted(dim, tripleWeight));
      }
    }
  }

  /**
   * KGAT as its authors train it: attention, bi-interaction, concatenated normalised layers, BPR and
   * the triples' loss.
   *
   * @param layers the paper's are 64, 32, 16; a single one of 64 does better on MovieLens 100K
   */
  static Layered kgatPaper(int dim, List<Integer> layers, int batch) {
    return new Layered(
        new PropagationSpec(
            dim, layers, Aggregator.BI_INTERACTION, Readout.CONCATENATION, true, 0.01f),
        BaseSizing.FULL,
        EdgeWeighting.ATTENTION,
        new LearnerSettings(2e-2, 1e-2f, 0.1f, dim),
        true,
        batch,
        RateSchedule.FALLING,
        26,
        10);
  }

  /**
   * The best that validation found: closed form and encoder over the same history.
   *
   * @param train decides between the settings for small catalogues, large ones, and large ones with
   *     short histories
   */
  static PropagatorSpec kgatBest(Interactions train) {
    return kgatBest(train.itemCount(), (double) train.size() / train.userCount());
  }

  /**
   * The same.
   *
   * @param historyMean interactions of a user
   */
  static PropagatorSpec kgatBest(int itemCount, double historyMean) {
    if (itemCount <= ClosedForm.DENSE_ITEMS_MAX) {
      return new History(ClosedFormSpec.DEFAULT, EncoderSpec.DEFAULT, 2);
    }
    return historyMean < SHORT_HISTORY
        ? new History(ClosedFormSpec.SHORT_HISTORIES, EncoderSpec.LARGE, Blend.AS_THEY_ARE)
        : new History(ClosedFormSpec.LARGE, EncoderSpec.LARGE, 40);
  }

  /**
   * LightGCN: the mean of weightless layers over interactions; triples are not looked at.
   *
   * @param depth layers
   */
  static Layered lightGcn(int dim, int depth, int batch) {
    List<Integer> layers = Collections.nCopies(depth, dim);
    return new Layered(
        new PropagationSpec(dim, layers, Aggregator.LINEAR, Readout.MEAN, false, 0),
        EdgeWeighting.SYMMETRIC,
        new LearnerSettings(5e-3, 1e-4f, 0, dim),
        false,
        batch,
        200,
        15);
  }

  /** FastRP over interactions and triples. */
  static PropagatorSpec fastRp(int dim) {
    return new RandomProjection(dim, 0.1f);
  }
}
