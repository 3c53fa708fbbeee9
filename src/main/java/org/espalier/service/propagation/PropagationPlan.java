package org.espalier.service.propagation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.espalier.embeddings.fit.FitSpec;
import org.espalier.embeddings.table.Encoding;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.learning.data.Interactions;
import org.jspecify.annotations.Nullable;

/**
 * What to make.
 *
 * @param model what propagates
 * @param preset how kgat is trained
 * @param layers of kgat's preset paper: the layers' sizes
 * @param dim length of the vectors before the first layer; null for the model's own
 * @param batch samples of a step
 * @param epochsMax at most so many; null for the preset's own
 * @param knowledge whether triples are looked at
 * @param seed of everything random
 * @param threads at least 1
 * @param heldOut share of the interactions, the latest ones, to measure on; 0 measures nothing
 * @param memoryBytesMax what needs more by its own estimate is refused
 * @param fit how the items' vectors are shortened; null to serve them whole
 */
public record PropagationPlan(
    Model model,
    Preset preset,
    List<Integer> layers,
    @Nullable Integer dim,
    int batch,
    @Nullable Integer epochsMax,
    boolean knowledge,
    long seed,
    int threads,
    double heldOut,
    long memoryBytesMax,
    @Nullable ItemFit fit) {

  private static final List<Integer> USUAL_LAYERS = List.of(64);
  private static final int USUAL_BATCH = 2048;
  private static final int LIGHTGCN_DEPTH = 3;
  private static final int SIZE_MAX = 4096;
  private static final int LAYERS_MAX = 8;
  private static final int BATCH_MAX = 1 << 20;
  private static final int EPOCHS_MAX = 100_000;
  private static final int THREADS_MAX = 1024;

  /**
   * A budget for the items' vectors.
   *
   * @param keep the share of their numbers that may be stored, the rotation included, in (0, 1]
   * @param encoding of every row
   */
  public record ItemFit(double keep, Encoding encoding) {
    /**
     * @throws IllegalArgumentException when the share is out of its range
     */
    public ItemFit {
      require(keep > 0 && keep <= 1, "fit_keep must be above 0 and at most 1");
    }

    FitSpec spec(int dim) {
      return new FitSpec(keep, FitSpec.defaultSizes(dim), encoding, 0, 1);
    }
  }

  /** What propagates. */
  public enum Model {
    /** Attention over interactions and triples. */
    @JsonProperty("kgat")
    KGAT,
    /** Layers without weights over the interactions. */
    @JsonProperty("lightgcn")
    LIGHTGCN,
    /** Random projections of the graph, untrained: vectors within seconds. */
    @JsonProperty("fastrp")
    FASTRP
  }

  /** How kgat is trained. */
  public enum Preset {
    /** As its authors do. Follows what comes in, and explains. */
    @JsonProperty("paper")
    PAPER,
    /** From histories, as validation likes best. Follows what comes in, and explains. */
    @JsonProperty("best")
    BEST
  }

  /**
   * @throws IllegalArgumentException naming the value that is out of its range
   */
  public PropagationPlan {
    layers = List.copyOf(layers);
    require(
        !layers.isEmpty() && layers.size() <= LAYERS_MAX,
        "layers must be 1 to %d numbers".formatted(LAYERS_MAX));
    for (int size : layers) {
      requireRange("a layer's size", size, SIZE_MAX);
    }
    if (dim != null) {
      requireRange("dim", dim, SIZE_MAX);
    }
    if (epochsMax != null) {
      requireRange("epochs", epochsMax, EPOCHS_MAX);
    }
    requireRange("batch", batch, BATCH_MAX);
    requireRange("threads", threads, THREADS_MAX);
    require(heldOut >= 0 && heldOut <= 0.5, "held_out must be 0 to 0.5");
    require(memoryBytesMax > 0, "the memory must be above 0");
    long heap = Runtime.getRuntime().maxMemory();
    require(
        memoryBytesMax <= heap,
        "the memory must be at most the heap, %,d MB; -Xmx enlarges it".formatted(heap >> 20));
  }

  /** One that serves the items' vectors whole. */
  public PropagationPlan(
      Model model,
      Preset preset,
      List<Integer> layers,
      @Nullable Integer dim,
      int batch,
      @Nullable Integer epochsMax,
      boolean knowledge,
      long seed,
      int threads,
      double heldOut,
      long memoryBytesMax) {
    this(
        model,
        preset,
        layers,
        dim,
        batch,
        epochsMax,
        knowledge,
        seed,
        threads,
        heldOut,
        memoryBytesMax,
        null);
  }

  /**
   * One of which much may be left open.
   *
   * @param preset null for best, or for paper when layers, dim or batch are given
   * @param layers null for a single one of 64, which does better than the three of paper's authors
   * @param batch null for 2048
   * @param memoryMb null for half of the heap
   * @throws IllegalArgumentException when a value is out of its range, or not of the preset that is named
   */
  public static PropagationPlan of(
      Model model,
      @Nullable Preset preset,
      @Nullable List<Integer> layers,
      @Nullable Integer dim,
      @Nullable Integer batch,
      @Nullable Integer epochsMax,
      boolean knowledge,
      long seed,
      int threads,
      double heldOut,
      @Nullable Integer memoryMb,
      @Nullable ItemFit fit) {
    boolean ofPaper = layers != null || dim != null || batch != null;
    require(
        model != Model.KGAT || preset != Preset.BEST || !ofPaper,
        "layers, dim and batch are of preset paper; leave them out, or the preset");
    return new PropagationPlan(
        model,
        Objects.requireNonNullElse(preset, ofPaper ? Preset.PAPER : Preset.BEST),
        Objects.requireNonNullElse(layers, USUAL_LAYERS),
        dim,
        Objects.requireNonNullElse(batch, USUAL_BATCH),
        epochsMax,
        knowledge,
        seed,
        threads,
        heldOut,
        memoryMb == null ? usualMemory() : (long) memoryMb << 20,
        fit);
  }

  private static void requireRange(String what, int value, int max) {
    require(value >= 1 && value <= max, "%s must be 1 to %d".formatted(what, max));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Half of the heap, which is what a training takes at most unless it is told otherwise. */
  public static long usualMemory() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  /** The model's name in manifests and answers. */
  String modelName() {
    return model.name().toLowerCase(Locale.ROOT);
  }

  PropagatorSpec spec(Interactions train) {
    PropagatorSpec chosen =
        switch (model) {
          case LIGHTGCN -> PropagatorSpec.lightGcn(dimOr(64), LIGHTGCN_DEPTH, batch);
          case FASTRP -> PropagatorSpec.fastRp(dimOr(512));
          case KGAT ->
              preset == Preset.BEST
                  ? PropagatorSpec.kgatBest(train)
                  : PropagatorSpec.kgatPaper(dimOr(64), layers, batch);
        };
    return epochsMax == null ? chosen : withEpochs(chosen, epochsMax);
  }

  /** The same with another number of epochs at most, where the model is trained in epochs that may end early. */
  static PropagatorSpec withEpochs(PropagatorSpec spec, int epochs) {
    return switch (spec) {
      case PropagatorSpec.Layered layered -> layered.withEpochs(epochs, layered.patience());
      case PropagatorSpec.History history -> history; // its learning rate falls over all of them
      case PropagatorSpec.RandomProjection walks -> walks;
    };
  }

  /** Values of the vectors that a specification makes of so many items. */
  static int vectorDim(PropagatorSpec spec, int itemCount) {
    return switch (spec) {
      case PropagatorSpec.Layered layered -> layered.shape().finalSize();
      case PropagatorSpec.History history ->
          Math.min(history.closedForm().rank(), itemCount) + history.encoder().dim() + 1;
      case PropagatorSpec.RandomProjection walks -> walks.dim();
    };
  }

  private int dimOr(int usual) {
    return dim == null ? usual : dim;
  }
}
