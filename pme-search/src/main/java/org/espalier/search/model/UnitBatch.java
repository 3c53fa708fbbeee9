package org.espalier.search.model;

import java.util.Arrays;
import java.util.List;
import org.espalier.search.data.CtrField;

/**
 * A batch seen as its distinct bags, the <em>units</em>. Samples of a batch share most of their bags (a
 * batch of 2,048 over seven fields of MovieLens holds about 2,000 units for 14,336 cells), and
 * everything linear in an embedding is computed once a unit, then summed over a sample's units. Units
 * of one field are neighbours. One thread's workspace.
 */
final class UnitBatch {

  private final int fieldCount;
  private final int[] bagStarts;
  private final int[] stamps; // bag → the batch that saw it last
  private final int[] units; // bag → its unit in that batch
  private int stamp;

  private int sampleCount;
  private int unitCount;
  private int[] bags = new int[0];
  private final int[] unitStarts;

  /** (samples, fields): the unit of each cell. */
  int[] index = new int[0];

  /** (units, D): the units' vectors. */
  float[] x = new float[0];

  /** (units, D): the gradient of {@link #x}. */
  float[] dx = new float[0];

  UnitBatch(List<CtrField> fields) {
    fieldCount = fields.size();
    bagStarts = new int[fieldCount + 1];
    for (int f = 0; f < fieldCount; f++) {
      bagStarts[f + 1] = bagStarts[f] + fields.get(f).bags().count();
    }
    stamps = new int[bagStarts[fieldCount]];
    units = new int[bagStarts[fieldCount]];
    unitStarts = new int[fieldCount + 1];
  }

  /**
   * Takes samples in.
   *
   * @param cells (any, fields): bags
   * @param order the samples to take are {@code order[from .. from + count)}
   */
  void fill(int[] cells, int[] order, int from, int count, int dim) {
    stamp++;
    sampleCount = count;
    unitCount = 0;
    index = atLeast(index, count * fieldCount);
    bags = atLeast(bags, count * fieldCount);
    for (int f = 0; f < fieldCount; f++) {
      unitStarts[f] = unitCount;
      for (int s = 0; s < count; s++) {
        int bag = cells[order[from + s] * fieldCount + f];
        int key = bagStarts[f] + bag;
        if (stamps[key] != stamp) {
          stamps[key] = stamp;
          units[key] = unitCount;
          bags[unitCount++] = bag;
        }
        index[s * fieldCount + f] = units[key];
      }
    }
    unitStarts[fieldCount] = unitCount;
    x = atLeast(x, unitCount * dim);
    dx = atLeast(dx, unitCount * dim);
    Arrays.fill(dx, 0, unitCount * dim, 0f);
  }

  int sampleCount() {
    return sampleCount;
  }

  int fieldCount() {
    return fieldCount;
  }

  int unitCount() {
    return unitCount;
  }

  int unitStart(int field) {
    return unitStarts[field];
  }

  /** The bag, in its own field, that a unit stands for. */
  int bag(int unit) {
    return bags[unit];
  }

  static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[length + length / 4];
  }

  private static int[] atLeast(int[] array, int length) {
    return array.length >= length ? array : new int[length + length / 4];
  }
}
