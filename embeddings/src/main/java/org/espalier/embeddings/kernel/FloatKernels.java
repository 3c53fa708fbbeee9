package org.espalier.embeddings.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process. {@code -Despalier.kernel=simd} fails instead of falling back,
 * so that a test run proves what it tested; {@code scalar} forces the reference.
 */
public final class FloatKernels {

  private static final Logger log = LoggerFactory.getLogger(FloatKernels.class);
  private static final boolean SIMD = useSimd(System.getProperty("espalier.kernel", "auto"));
  private static final FloatKernel BEST = SIMD ? new VectorFloatKernel() : new ScalarFloatKernel();
  private static final BlockKernel BLOCKS =
      SIMD ? new VectorBlockKernel() : new ScalarBlockKernel();
  private static final CodedBlockKernel CODED_BLOCKS =
      SIMD ? new VectorCodedKernel() : new ScalarCodedKernel();

  private FloatKernels() {}

  /** The fastest kernels that this process can run; the same object on every call. */
  public static FloatKernel best() {
    return BEST;
  }

  /** The fastest block kernels that this process can run; the same object on every call. */
  public static BlockKernel blocks() {
    return BLOCKS;
  }

  /** The fastest kernels over coded blocks that this process can run; the same object on every call. */
  public static CodedBlockKernel codedBlocks() {
    return CODED_BLOCKS;
  }

  /** The reference kernels. */
  public static FloatKernel scalar() {
    return new ScalarFloatKernel();
  }

  /** Whether this process has the Vector API. */
  public static boolean simdAvailable() {
    return VectorApi.load();
  }

  private static boolean useSimd(String wanted) {
    switch (wanted) {
      case "scalar" -> {
        return false;
      }
      case "simd", "auto" -> {
        if (simdAvailable()) {
          return true;
        }
        String how = "start Java with the flags of the file jvm.options";
        if (wanted.equals("simd")) {
          throw new IllegalStateException("espalier.kernel=simd needs the Vector API; " + how);
        }
        log.warn("The Vector API is missing, so scoring runs on slower scalar kernels; {}", how);
        return false;
      }
      default ->
          throw new IllegalArgumentException(
              "espalier.kernel=" + wanted + " is none of auto, simd, scalar");
    }
  }
}
