package org.espalier.search.kernel;

import org.espalier.embeddings.kernel.FloatKernels;

/** Gives the pooling kernels that fit the scoring kernels this process has chosen. */
public final class PoolingKernels {

  private static final PoolingKernel BEST =
      FloatKernels.best().name().equals("scalar")
          ? new ScalarPoolingKernel()
          : new VectorPoolingKernel();

  private PoolingKernels() {}

  /** The fastest kernels that this process can run; the same object on every call. */
  public static PoolingKernel best() {
    return BEST;
  }
}
