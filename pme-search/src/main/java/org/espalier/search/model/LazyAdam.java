package org.espalier.search.model;

import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * Adam (Kingma and Ba, ICLR 2015) on the network's weights, the default rows and projections, and of
 * the tokens' rows on the touched ones alone: an untouched row keeps its numbers and its moments. Rows
 * have different lengths here, which {@link org.espalier.learning.train.Adam} does not know.
 */
final class LazyAdam {

  private static final FloatKernel FLOATS = FloatKernels.best();
  private static final TrainingKernel TRAINING = TrainingKernels.best();
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f; // these three are the paper's

  private final CtrModel model;
  private final float[] denseMeans;
  private final float[] denseSquares;
  private final float[] tableMeans;
  private final float[] tableSquares;
  private long step;
  private float stepSize;
  private float rootScale;

  LazyAdam(CtrModel model) {
    this.model = model;
    denseMeans = new float[model.denseCount()];
    denseSquares = new float[model.denseCount()];
    tableMeans = new float[model.layout().storedNumbers()];
    tableSquares = new float[model.layout().storedNumbers()];
  }

  /**
   * One step against the gradients, to which L2 regularisation is added.
   *
   * @param l2 weight of the tables' squared norm / 2 in the loss
   */
  void step(Gradients gradients, double learningRate, double l2) {
    step++;
    stepSize = (float) (learningRate / (1 - Math.pow(BETA_1, (double) step)));
    rootScale = (float) (1 / Math.sqrt(1 - Math.pow(BETA_2, (double) step)));
    update(model.dense(), gradients.dense(), denseMeans, denseSquares, 0, denseMeans.length);
    TableLayout layout = model.layout();
    updateTable(gradients, 0, layout.sharedNumbers(), (float) l2);
    for (int i = 0; i < gradients.touchedCount(); i++) {
      int token = gradients.touched(i);
      updateTable(gradients, layout.rowAt(token), layout.size(token), (float) l2);
    }
  }

  private void updateTable(Gradients gradients, int at, int count, float l2) {
    FLOATS.axpy(l2, model.tableValues(), at, gradients.table(), at, count);
    update(model.tableValues(), gradients.table(), tableMeans, tableSquares, at, count);
  }

  private void update(
      float[] values, float[] gradients, float[] means, float[] squares, int at, int count) {
    TRAINING.adam(
        values, at, gradients, at, means, squares, count, BETA_1, BETA_2, EPSILON, stepSize,
        rootScale);
  }
}
