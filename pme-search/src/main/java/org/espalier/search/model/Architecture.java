package org.espalier.search.model;

import java.util.List;

/**
 * The network above the tables. Every kind has a first-order part; the rest is
 *
 * <ul>
 *   <li>{@code FM}: all pairs of fields (Rendle, ICDM 2010);
 *   <li>{@code DEEPFM}: pairs and a multi-layer perceptron (Guo et al., IJCAI 2017);
 *   <li>{@code DCN}: a low-rank cross network and a perceptron in parallel (Wang et al., WWW 2021).
 * </ul>
 *
 * @param hidden widths of the perceptron's layers, at least one
 * @param dropout probability that a hidden value is zeroed in training, in [0, 1)
 * @param crossLayers layers of the cross network
 * @param crossRank rank of its matrices
 * @param deviation standard deviation of fresh embedding values
 */
public record Architecture(
    Kind kind,
    List<Integer> hidden,
    double dropout,
    int crossLayers,
    int crossRank,
    float deviation) {

  /** What stands above the first-order part. */
  public enum Kind {
    FM,
    DEEPFM,
    DCN
  }

  public Architecture {
    hidden = List.copyOf(hidden);
    if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1)) {
      throw new IllegalArgumentException("hidden=" + hidden + " needs widths of at least 1");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout=" + dropout + " is not in [0, 1)");
    }
    if (crossLayers < 1 || crossRank < 1) {
      throw new IllegalArgumentException(
          "crossLayers=%d and crossRank=%d are at least 1".formatted(crossLayers, crossRank));
    }
    if (!(deviation > 0)) {
      throw new IllegalArgumentException("deviation=" + deviation + " is not above 0");
    }
  }

  /** The same network without or with other dropout. */
  public Architecture withDropout(double probability) {
    return new Architecture(kind, hidden, probability, crossLayers, crossRank, deviation);
  }
}
