package org.espalier.kgat.history;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.ItemSets;

/**
 * Both halves of a propagation from the history as training leaves them: what makes a user's vector of
 * the items of their history, and the items' vectors. With the n items h of a history, of which the model
 * knows a source row {@code (s_h, e_h)} each,
 *
 * <pre>user = (Σ s_h,  γ·tanh(b + n^−½ Σ e_h),  γ)</pre>
 *
 * and an item's target row is its vector; its last value is the item's bias. Order and repetition do not
 * count. No row belongs to a user, so nothing of an erased one is in here. Immutable.
 */
public final class HistoryPropagator {

  private static final FloatKernel KERNEL = FloatKernels.best();
  private static final GraphKernel GRAPH = GraphKernels.best();

  private final int closedDim;
  private final int encoderDim;
  private final int[] items;
  private final Int2IntOpenHashMap rowOfEntity;
  private final float[] source;
  private final float[] target;
  private final float[] bias;
  private final float encoderScale;

  /**
   * Takes the arrays over.
   *
   * @param items the entity of each row, ascending
   * @param closedDim length of s
   * @param source (items, closedDim + length of e): s scaled for the sum with the other half, e times the
   *     item's weight in a history
   * @param target (items, one value more than the source)
   * @param bias as long as e: b
   * @param encoderScale γ
   * @throws IllegalArgumentException when the arrays do not fit each other
   */
  HistoryPropagator(
      int closedDim,
      int[] items,
      float[] source,
      float[] target,
      float[] bias,
      float encoderScale) {
    this.closedDim = closedDim;
    this.encoderDim = bias.length;
    this.items = items;
    this.source = source;
    this.target = target;
    this.bias = bias;
    this.encoderScale = encoderScale;
    if (source.length != (long) items.length * sourceDim()
        || target.length != (long) items.length * dim()) {
      throw new IllegalArgumentException(
          "%d source and %d target values for %d items of %d and %d values"
              .formatted(source.length, target.length, items.length, sourceDim(), dim()));
    }
    rowOfEntity = new Int2IntOpenHashMap(items.length);
    rowOfEntity.defaultReturnValue(-1);
    for (int row = 0; row < items.length; row++) {
      if (items[row] < 0 || (row > 0 && items[row] <= items[row - 1])) {
        throw new IllegalArgumentException("items are not ascending ids at row " + row);
      }
      rowOfEntity.put(items[row], row);
    }
  }

  /** Puts both halves side by side; scores are added as in {@link Blend}. */
  static HistoryPropagator of(
      ClosedForm closedForm, HistoryEncoder encoder, float closedScale, float encoderScale) {
    int count = closedForm.itemCount();
    int closedDim = closedForm.dim();
    int encoderDim = encoder.bias().length;
    float[] source =
        joined(count, closedForm.source(), closedDim, encoder.weightedSource(), encoderDim);
    int width = closedDim + encoderDim;
    for (int row = 0; row < count; row++) {
      for (int d = row * width; d < row * width + closedDim; d++) {
        source[d] *= closedScale;
      }
    }
    int[] items = new int[count];
    Arrays.setAll(items, item -> item);
    return new HistoryPropagator(
        closedDim,
        items,
        source,
        joined(count, closedForm.target(), closedDim, encoder.itemVectors(), encoderDim + 1),
        encoder.bias().clone(),
        encoderScale);
  }

  private static float[] joined(
      int rows, float[] first, int firstDim, float[] second, int secondDim) {
    int dim = firstDim + secondDim;
    float[] result = new float[Math.multiplyExact(rows, dim)];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(first, r * firstDim, result, r * dim, firstDim);
      System.arraycopy(second, r * secondDim, result, r * dim + firstDim, secondDim);
    }
    return result;
  }

  /** Values of a vector. */
  public int dim() {
    return closedDim + encoderDim + 1;
  }

  /** Values of a source row. */
  public int sourceDim() {
    return closedDim + encoderDim;
  }

  /** The number of items that training knew. */
  public int itemCount() {
    return items.length;
  }

  /** Entities that training knew as items are below this. */
  public int entityRoom() {
    return items.length == 0 ? 0 : items[items.length - 1] + 1;
  }

  /** The entity of a row. */
  public int item(int row) {
    return items[row];
  }

  /** The row of an entity; -1 when training did not know it as an item. */
  public int rowOf(int entity) {
    return rowOfEntity.get(entity);
  }

  /** {@code to[at + d] += factor · source row}. */
  public void addSource(float factor, int row, float[] to, int at) {
    KERNEL.axpy(factor, source, row * sourceDim(), to, at, sourceDim());
  }

  /** {@code to[at + d] += factor · target row}. */
  public void addTarget(float factor, int row, float[] to, int at) {
    KERNEL.axpy(factor, target, row * dim(), to, at, dim());
  }

  /** {@code source row · x}. */
  public float sourceDot(int row, float[] x) {
    return KERNEL.dot(source, row * sourceDim(), x, 0, sourceDim());
  }

  /**
   * Writes a user's vector to {@code user[at .. at + dim())}.
   *
   * @param sum (sourceDim), of the source rows of the history
   * @param count how many they are, at least 1
   */
  public void encode(float[] sum, int count, float[] user, int at) {
    System.arraycopy(sum, 0, user, at, closedDim);
    int from = at + closedDim;
    System.arraycopy(bias, 0, user, from, encoderDim);
    KERNEL.axpy(meanScale(count), sum, closedDim, user, from, encoderDim);
    GRAPH.tanh(user, from, encoderDim);
    for (int d = from; d < from + encoderDim; d++) {
      user[d] *= encoderScale;
    }
    user[from + encoderDim] = encoderScale;
  }

  private static float meanScale(int count) {
    return (float) (1 / Math.sqrt(count));
  }

  /**
   * A score as a sum over the history: {@code score = baseline + Σ_h source_h · gradient}, which is exact.
   * What {@code tanh} makes of a sum is given to its parts by their share of the sum, the Rescale rule of
   * DeepLIFT (Shrikumar et al., ICML 2017, section 3.5.2) against an input of zero.
   *
   * @param gradient (sourceDim)
   * @param baseline what the item has without any history
   */
  @SuppressWarnings("ArrayRecordComponent") // of one explanation; never compared
  public record Attribution(float[] gradient, double baseline) {}

  /**
   * Says how much each item of a history adds to the score of an item.
   *
   * @param sum (sourceDim), of the source rows of the history
   * @param count how many they are, at least 1
   * @param itemVector (dim)
   */
  public Attribution attribution(float[] sum, int count, float[] itemVector) {
    float[] gradient = new float[sourceDim()];
    System.arraycopy(itemVector, 0, gradient, 0, closedDim);
    double baseline = (double) encoderScale * itemVector[dim() - 1];
    float scale = meanScale(count);
    for (int d = 0; d < encoderDim; d++) {
      double x = bias[d] + (double) scale * sum[closedDim + d];
      double share = Math.abs(x) < 1e-6 ? 1 : Math.tanh(x) / x;
      double each = encoderScale * itemVector[closedDim + d] * share;
      gradient[closedDim + d] = (float) (each * scale);
      baseline += each * bias[d];
    }
    return new Attribution(gradient, baseline);
  }

  /**
   * The vectors of all users, given their histories of rows, and of all items. A user without a history has
   * the vector of an empty sum.
   */
  public RankingVectors vectors(ItemSets histories) {
    if (histories.itemCount() != items.length) {
      throw new IllegalArgumentException(
          "%d items, fitted to %d".formatted(histories.itemCount(), items.length));
    }
    float[] users = new float[Math.multiplyExact(histories.userCount(), dim())];
    float[] sum = new float[sourceDim()];
    for (int user = 0; user < histories.userCount(); user++) {
      Arrays.fill(sum, 0);
      for (int at = histories.begin(user); at < histories.end(user); at++) {
        addSource(1, histories.item(at), sum, 0);
      }
      encode(sum, Math.max(1, histories.count(user)), users, user * dim());
    }
    return new RankingVectors(dim(), users, target);
  }

  /**
   * The same model for a graph in which items have other ids: what was known as row r is {@code
   * entities[r]}.
   *
   * @param entities (itemCount), each id once
   */
  public HistoryPropagator renumbered(int[] entities) {
    if (entities.length != items.length) {
      throw new IllegalArgumentException(
          "%d ids for %d items".formatted(entities.length, items.length));
    }
    int[] sorted = entities.clone();
    Arrays.sort(sorted);
    float[] newSource = new float[source.length];
    float[] newTarget = new float[target.length];
    for (int row = 0; row < entities.length; row++) {
      int to = Arrays.binarySearch(sorted, entities[row]);
      System.arraycopy(source, row * sourceDim(), newSource, to * sourceDim(), sourceDim());
      System.arraycopy(target, row * dim(), newTarget, to * dim(), dim());
    }
    return new HistoryPropagator(
        closedDim, sorted, newSource, newTarget, bias.clone(), encoderScale);
  }

  // For the file; shared, not to be changed.

  int closedDim() {
    return closedDim;
  }

  float encoderScale() {
    return encoderScale;
  }

  int[] items() {
    return items;
  }

  float[] source() {
    return source;
  }

  float[] target() {
    return target;
  }

  float[] bias() {
    return bias;
  }
}
