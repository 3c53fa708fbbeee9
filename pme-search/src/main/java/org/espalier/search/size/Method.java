package org.espalier.search.size;

/** How the sizes of a pruned model are found; all spend the same budget. */
public enum Method {
  /** No pruning: every token at full size. */
  FULL,
  /** The largest one size for all that fits. */
  UNIFORM,
  /** Sizes by frequency: mixed dimensions with exponent .3 (Ginart et al., ISIT 2021). */
  POPULARITY,
  /** Train at full size, keep the numbers of largest magnitude wherever they are, fine-tune. */
  MAGNITUDE,
  /** The paper's saliency at initialisation, and its mask kept in place. */
  MASK,
  /**
   * The paper's saliency and sizes. Nested: after a warm-up of a small uniform model, in its principal
   * axes. Projected: at initialisation, trained from scratch with a projection a size, as published.
   */
  PME
}
