package org.espalier.embeddings.fit;

import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;

/** Walks over vectors a block at a time and tells a listener. */
final class Blocks {

  static final int ROWS = 2048;

  /** Receives vectors {@code from .. from + rows}, which begin the array; it is used again. */
  interface Visitor {
    void block(int from, int rows, float[] vectors);
  }

  private Blocks() {}

  static void forEach(VectorSource source, String step, StepListener listener, Visitor visitor) {
    float[] vectors = new float[Math.multiplyExact(ROWS, source.dim())];
    for (int from = 0; from < source.count(); from += ROWS) {
      int rows = Math.min(ROWS, source.count() - from);
      source.read(from, rows, vectors);
      visitor.block(from, rows, vectors);
      listener.progress(step, from + (long) rows, source.count());
    }
  }
}
