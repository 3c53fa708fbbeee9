package org.espalier.kgat.model;

/** Where the weights of a propagation's edges come from. */
public enum EdgeWeighting {
  /** {@link Attention}, recomputed when asked. */
  ATTENTION,
  /** {@code 1/√(degree of head · degree of tail)} (LightGCN, He et al., SIGIR 2020), fixed. */
  SYMMETRIC,
  /** {@code 1/degree of head}, fixed. */
  MEAN
}
