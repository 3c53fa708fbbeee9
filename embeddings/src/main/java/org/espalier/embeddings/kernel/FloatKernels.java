package org.espalier.embeddings.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process. {@code -Despalier.kernel=simd} fails instead of falling back,
 * so that a test run proves what it tested; {@code scalar} forces the reference.
 */
public final class FloatKernels {

  private static final Logger log = LoggerFactory.getLogger(FloatKernels.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final FloatKernel BEST = choose(System.getProperty("espalier.kernel", "auto"));

  private FloatKernels() {}

  /** The fastest kernels that this process can run; the same object on every call. */
  public static FloatKernel best() {
    return BEST;
  }

  /** The reference kernels. */
  public static FloatKernel scalar() {
    return new ScalarFloatKernel();
  }

  /** Whether the Vector API's module is in the boot layer. */
  public static boolean simdAvailable() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  private static FloatKernel choose(String wanted) {
    switch (wanted) {
      case "scalar" -> {
        return new ScalarFloatKernel();
      }
      case "simd", "auto" -> {
        if (simdAvailable()) {
          return new VectorFloatKernel();
        }
        String how = "start Java with --add-modules=" + MODULE;
        if (wanted.equals("simd")) {
          throw new IllegalStateException("espalier.kernel=simd needs the Vector API; " + how);
        }
        log.warn("The Vector API is missing, so scoring runs on slower scalar kernels; {}", how);
        return new ScalarFloatKernel();
      }
      default ->
          throw new IllegalArgumentException(
              "espalier.kernel=" + wanted + " is none of auto, simd, scalar");
    }
  }
}
