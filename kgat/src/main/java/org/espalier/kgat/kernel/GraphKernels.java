package org.espalier.kgat.kernel;

import org.espalier.embeddings.kernel.FloatKernels;

/** Chooses the kernels of this process, by the same rule and setting as {@link FloatKernels}. */
public final class GraphKernels {

  private static final GraphKernel BEST =
      FloatKernels.best().name().equals("scalar") ? scalar() : new VectorGraphKernel();

  private GraphKernels() {}

  /** The fastest kernels that this process can run; the same object on every call. */
  public static GraphKernel best() {
    return BEST;
  }

  /** The reference kernels. */
  public static GraphKernel scalar() {
    return new ScalarGraphKernel();
  }
}
