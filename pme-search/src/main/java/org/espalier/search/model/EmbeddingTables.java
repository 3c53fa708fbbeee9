package org.espalier.search.model;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.search.data.Bags;
import org.espalier.search.data.CtrField;

/** The tables' numbers, and the way from tokens to the vectors that the model sees and back. */
final class EmbeddingTables {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final List<CtrField> fields;
  private final TableLayout layout;
  private final float[] values;

  EmbeddingTables(List<CtrField> fields, TableLayout layout, float[] values) {
    this.fields = fields;
    this.layout = layout;
    this.values = values;
  }

  TableLayout layout() {
    return layout;
  }

  List<CtrField> fields() {
    return fields;
  }

  float[] values() {
    return values;
  }

  /** Rows and defaults are N(0, deviation²); a projection keeps the length of what it projects. */
  void initialise(float deviation, RandomGenerator random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * deviation;
    }
    for (int size = 1; size < layout.dim(); size++) {
      int at = layout.projectionAt(size);
      if (at >= 0) {
        float scale = (float) (1 / Math.sqrt(layout.dim()));
        for (int i = 0; i < size * layout.dim(); i++) {
          values[at + i] = (float) random.nextGaussian() * scale;
        }
      }
    }
  }

  /** x_u = mean over the bag's tokens of (default + P_d e), for every unit: x is (units, D). */
  void forward(UnitBatch batch) {
    int dim = layout.dim();
    for (int f = 0; f < fields.size(); f++) {
      Bags bags = fields.get(f).bags();
      for (int u = batch.unitStart(f); u < batch.unitStart(f + 1); u++) {
        int bag = batch.bag(u);
        int count = bags.end(bag) - bags.start(bag);
        Arrays.fill(batch.x, u * dim, (u + 1) * dim, 0f);
        for (int at = bags.start(bag); at < bags.end(bag); at++) {
          int token = layout.fieldStart(f) + bags.tokenAt(at);
          addVector(f, token, 1f / count, batch.x, u * dim);
        }
      }
    }
  }

  private void addVector(int field, int token, float share, float[] target, int targetAt) {
    int dim = layout.dim();
    KERNEL.axpy(share, values, layout.defaultRowAt(field, token), target, targetAt, dim);
    int size = layout.size(token);
    int rowAt = layout.rowAt(token);
    int projectionAt = layout.projectionAt(size);
    if (layout.projecting() == Projecting.MASKED) {
      for (int i = rowAt; i < rowAt + size; i++) {
        target[targetAt + layout.coordinate(i)] += share * values[i];
      }
      return;
    }
    if (projectionAt < 0) {
      KERNEL.axpy(share, values, rowAt, target, targetAt, size);
      return;
    }
    for (int i = 0; i < size; i++) {
      float value = share * values[rowAt + i];
      KERNEL.axpy(value, values, projectionAt + i * dim, target, targetAt, dim);
    }
  }

  /** d default += dx / n; nested: d e = (dx)_{1..d} / n; projected: d e = Pᵀdx / n, d P = e ⊗ dx / n. */
  void backward(UnitBatch batch, Gradients gradients) {
    int dim = layout.dim();
    for (int f = 0; f < fields.size(); f++) {
      Bags bags = fields.get(f).bags();
      for (int u = batch.unitStart(f); u < batch.unitStart(f + 1); u++) {
        int bag = batch.bag(u);
        float share = 1f / (bags.end(bag) - bags.start(bag));
        for (int at = bags.start(bag); at < bags.end(bag); at++) {
          int token = layout.fieldStart(f) + bags.tokenAt(at);
          float[] table = gradients.table();
          KERNEL.axpy(share, batch.dx, u * dim, table, layout.defaultRowAt(f, token), dim);
          if (layout.size(token) > 0) {
            gradients.touch(token);
            addRowGradient(token, share, batch.dx, u * dim, table);
          }
        }
      }
    }
  }

  private void addRowGradient(int token, float share, float[] dx, int dxAt, float[] table) {
    int dim = layout.dim();
    int size = layout.size(token);
    int rowAt = layout.rowAt(token);
    int projectionAt = layout.projectionAt(size);
    if (layout.projecting() == Projecting.MASKED) {
      for (int i = rowAt; i < rowAt + size; i++) {
        table[i] += share * dx[dxAt + layout.coordinate(i)];
      }
      return;
    }
    if (projectionAt < 0) {
      KERNEL.axpy(share, dx, dxAt, table, rowAt, size);
      return;
    }
    for (int i = 0; i < size; i++) {
      int direction = projectionAt + i * dim;
      table[rowAt + i] += share * KERNEL.dot(values, direction, dx, dxAt, dim);
      KERNEL.axpy(share * values[rowAt + i], dx, dxAt, table, direction, dim);
    }
  }
}
