package org.espalier.kgat.model;

import java.util.List;

/**
 * The shape of a propagation.
 *
 * @param dim values of a node before the first layer
 * @param layers values of a node after each layer; none means no propagation
 * @param readout how the layers become one vector
 * @param normalised whether each layer's rows have length 1 in the final vector
 * @param leak the slope of LeakyReLU below zero, in [0, 1]
 */
public record PropagationSpec(
    int dim,
    List<Integer> layers,
    Aggregator aggregator,
    Readout readout,
    boolean normalised,
    float leak) {

  /** How the layers' rows become a node's final vector. */
  public enum Readout {
    /** Side by side, the base row first. */
    CONCATENATION,
    /** Their mean; all layers have {@code dim} values. */
    MEAN,
    /** A user's row after one of two layers, an entity's after both; all have {@code dim} values. */
    MEETING
  }

  /**
   * @throws IllegalArgumentException when sizes are not positive or do not fit aggregator and readout
   */
  public PropagationSpec {
    layers = List.copyOf(layers);
    if (dim < 1 || layers.stream().anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("sizes must be positive: %d, %s".formatted(dim, layers));
    }
    int base = dim;
    boolean equal = layers.stream().allMatch(size -> size == base);
    if (!equal && (readout != Readout.CONCATENATION || aggregator == Aggregator.LINEAR)) {
      throw new IllegalArgumentException(
          "layers %s must all have %d values with %s and %s"
              .formatted(layers, dim, readout, aggregator));
    }
    if (readout == Readout.MEETING && layers.size() != 2) {
      throw new IllegalArgumentException("layers %s must be two with MEETING".formatted(layers));
    }
    if (!(leak >= 0 && leak <= 1)) {
      throw new IllegalArgumentException("leak=%s is not in [0, 1]".formatted(leak));
    }
  }

  /** The number of layers. */
  public int depth() {
    return layers.size();
  }

  /** Values of a node after a layer; layer 0 is the base. */
  public int size(int layer) {
    return layer == 0 ? dim : layers.get(layer - 1);
  }

  /** Where a layer's values begin in the final vector. */
  int finalAt(int layer) {
    int at = 0;
    if (readout == Readout.CONCATENATION) {
      for (int l = 0; l < layer; l++) {
        at += size(l);
      }
    }
    return at;
  }

  /** By what a layer's values are multiplied in the final vector. */
  float finalScale() {
    return readout == Readout.MEAN ? 1f / (depth() + 1) : 1;
  }

  /** Values of a final vector. */
  public int finalSize() {
    return readout == Readout.CONCATENATION ? finalAt(depth()) + size(depth()) : dim;
  }
}
