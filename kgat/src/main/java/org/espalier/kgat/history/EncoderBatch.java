package org.espalier.kgat.history;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.SplittableRandom;
import org.espalier.learning.data.ItemSets;

/**
 * Users of one step with the part of their history that is shown, for user u of the batch the items and
 * weights at {@code offset(u) <= at < offset(u + 1)}, and with what is to be predicted, the targets at
 * {@code targetOffset(u) <= at < targetOffset(u + 1)}. Reused from step to step.
 */
final class EncoderBatch {

  private final ItemSets histories;
  private final float[] itemWeights;
  private final boolean onlyHidden;
  private final IntArrayList users = new IntArrayList();
  private final IntArrayList offsets = new IntArrayList();
  private final IntArrayList items = new IntArrayList();
  private final FloatArrayList weights = new FloatArrayList();
  private final IntArrayList targetOffsets = new IntArrayList();
  private final IntArrayList targets = new IntArrayList();

  /**
   * @param onlyHidden whether only hidden items are targets, or all of the history
   */
  EncoderBatch(ItemSets histories, float[] itemWeights, boolean onlyHidden) {
    this.histories = histories;
    this.itemWeights = itemWeights;
    this.onlyHidden = onlyHidden;
  }

  void clear() {
    users.clear();
    items.clear();
    weights.clear();
    targets.clear();
    offsets.clear();
    offsets.add(0);
    targetOffsets.clear();
    targetOffsets.add(0);
  }

  /** Adds a user; each item is hidden with the given chance, and the shown ones weigh more for it. */
  void add(int user, float hidden, SplittableRandom random) {
    users.add(user);
    float scale = (float) (1 / ((1 - hidden) * Math.sqrt(histories.count(user))));
    for (int at = histories.begin(user); at < histories.end(user); at++) {
      boolean shown = hidden == 0 || random.nextDouble() >= hidden;
      if (shown) {
        items.add(histories.item(at));
        weights.add(scale * itemWeights[histories.item(at)]);
      }
      if (!shown || !onlyHidden) {
        targets.add(histories.item(at));
      }
    }
    offsets.add(items.size());
    targetOffsets.add(targets.size());
  }

  int size() {
    return users.size();
  }

  int user(int at) {
    return users.getInt(at);
  }

  int offset(int at) {
    return offsets.getInt(at);
  }

  /** The items of all users; only what the offsets cover counts. */
  int[] items() {
    return items.elements();
  }

  float[] weights() {
    return weights.elements();
  }

  int targetOffset(int at) {
    return targetOffsets.getInt(at);
  }

  int target(int at) {
    return targets.getInt(at);
  }

  /** Targets of all users. */
  int targetCount() {
    return targets.size();
  }
}
