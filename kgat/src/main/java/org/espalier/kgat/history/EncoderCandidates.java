package org.espalier.kgat.history;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The items that a step's softmax runs over: all of them, or the targets of its users and a uniform
 * sample of the others, each of which then stands for {@code others/sample} items, which keeps the
 * estimate of the sum of exponentials free of bias. Reused from step to step.
 */
final class EncoderCandidates {

  private final int itemCount;
  private final int sampled;
  private final int[] items;
  private final float[] logWeights;
  private final int[] places; // of an item among the candidates, or -1
  private int count;

  /**
   * @param sampled 0 means that all items are candidates
   */
  EncoderCandidates(int itemCount, int sampled) {
    this.itemCount = itemCount;
    this.sampled = sampled;
    items = new int[itemCount];
    logWeights = new float[itemCount];
    places = new int[itemCount];
    Arrays.fill(places, -1);
    if (sampled == 0) {
      takeAll();
    }
  }

  private void takeAll() {
    for (int item = 0; item < itemCount; item++) {
      take(item, 0);
    }
  }

  /** Makes the candidates of a batch. */
  void draw(EncoderBatch batch, SplittableRandom random) {
    if (sampled == 0) {
      return; // they are what they were
    }
    for (int c = 0; c < count; c++) {
      places[items[c]] = -1;
    }
    count = 0;
    for (int t = 0; t < batch.targetCount(); t++) {
      take(batch.target(t), 0);
    }
    int others = itemCount - count;
    if (sampled >= others) {
      takeAll();
    } else {
      int enough = count + sampled;
      float logWeight = (float) Math.log((double) others / sampled);
      while (count < enough) {
        take(random.nextInt(itemCount), logWeight);
      }
    }
  }

  /** Does nothing when the item is a candidate already. */
  private void take(int item, float logWeight) {
    if (places[item] < 0) {
      items[count] = item;
      logWeights[count] = logWeight;
      places[item] = count++;
    }
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The item of a candidate. */
  int item(int candidate) {
    return items[candidate];
  }

  /** The logarithm of how many items a candidate stands for. */
  float logWeight(int candidate) {
    return logWeights[candidate];
  }

  /** The candidate of an item that is one. */
  int place(int item) {
    return places[item];
  }
}
