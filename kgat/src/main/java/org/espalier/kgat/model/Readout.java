package org.espalier.kgat.model;

import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;

/** From a node's layers to its final vector and back. The base row is never normalised. */
final class Readout {

  /** Shorter rows are divided by this instead of their length, so that zero stays zero. */
  private static final float NORM_MIN = 1e-12f;

  private static final FloatKernel KERNEL = FloatKernels.best();

  private Readout() {}

  /**
   * Writes the final vector of a node.
   *
   * @param user whether the node is a user
   */
  static void forward(
      PropagationSpec spec, float[][] states, int node, boolean user, float[] target, int at) {
    if (spec.readout() == PropagationSpec.Readout.MEETING) {
      System.arraycopy(states[user ? 1 : 2], node * spec.dim(), target, at, spec.dim());
      return;
    }
    Arrays.fill(target, at, at + spec.finalSize(), 0);
    for (int l = 0; l <= spec.depth(); l++) {
      int size = spec.size(l);
      float scale = spec.finalScale() / norm(spec, l, states[l], node * size, size);
      KERNEL.axpy(scale, states[l], node * size, target, at + spec.finalAt(l), size);
    }
  }

  /**
   * Adds the gradient of the layers' rows, of any readout but MEETING: of {@code y = x/‖x‖} it is {@code (dy − y(y·dy))/‖x‖}.
   *
   * @param dFinal the gradient of the final vector, from {@code at}
   * @param dStates as {@code states}
   */
  static void backward(
      PropagationSpec spec, float[][] states, int node, float[] dFinal, int at, float[][] dStates) {
    for (int l = 0; l <= spec.depth(); l++) {
      int size = spec.size(l);
      int row = node * size;
      int from = at + spec.finalAt(l);
      float norm = norm(spec, l, states[l], row, size);
      float scale = spec.finalScale() / norm;
      KERNEL.axpy(scale, dFinal, from, dStates[l], row, size);
      if (spec.normalised() && l > 0 && norm > NORM_MIN) {
        float along = KERNEL.dot(states[l], row, dFinal, from, size) / (norm * norm);
        KERNEL.axpy(-along * scale, states[l], row, dStates[l], row, size);
      }
    }
  }

  private static float norm(PropagationSpec spec, int layer, float[] state, int at, int size) {
    if (!spec.normalised() || layer == 0) {
      return 1;
    }
    return Math.max(NORM_MIN, (float) Math.sqrt(KERNEL.squaredNorm(state, at, size)));
  }
}
