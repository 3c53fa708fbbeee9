package org.espalier.learning.metric;

import java.util.Arrays;

/**
 * How well predicted clicks fit what happened.
 *
 * @param auc the probability that a click is scored above a non-click, ties counting half; NaN when
 *     there is only one kind
 * @param logloss mean of {@code -ln p(label)}
 * @param samples how many there were
 */
public record CtrMetrics(double auc, double logloss, int samples) {

  /**
   * @param logits predicted log-odds of a click
   * @param clicked what happened
   * @throws IllegalArgumentException when the lengths differ or a logit is NaN
   */
  public static CtrMetrics of(float[] logits, boolean[] clicked) {
    if (logits.length != clicked.length) {
      throw new IllegalArgumentException(
          logits.length + " logits for " + clicked.length + " labels");
    }
    return new CtrMetrics(auc(logits, clicked), logloss(logits, clicked), logits.length);
  }

  /** By the sum of the clicks' ranks (Mann and Whitney), equal scores sharing their mean rank. */
  static double auc(float[] scores, boolean[] clicked) {
    // Sorting longs beats sorting indices: the score in the upper half, the label in the lowest
    // bit.
    long[] keyed = new long[scores.length];
    long clicks = 0;
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("score " + i + " is NaN");
      }
      keyed[i] = (long) ordered(scores[i]) << 1 | (clicked[i] ? 1 : 0);
      clicks += clicked[i] ? 1 : 0;
    }
    Arrays.sort(keyed);
    double rankSum = 0;
    int from = 0;
    while (from < keyed.length) {
      int to = from;
      long clicksOfTie = 0;
      while (to < keyed.length && keyed[to] >> 1 == keyed[from] >> 1) {
        clicksOfTie += keyed[to] & 1;
        to++;
      }
      rankSum += clicksOfTie * (from + 1 + to) / 2.0; // mean of the ranks from + 1 .. to
      from = to;
    }
    double others = scores.length - clicks;
    return (rankSum - clicks * (clicks + 1) / 2.0) / (clicks * others);
  }

  /** {@code ln(1 + e^-z)} for a click and {@code ln(1 + e^z)} else, without overflow. */
  static double logloss(float[] logits, boolean[] clicked) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double margin = clicked[i] ? logits[i] : -logits[i];
      sum += Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
    }
    return sum / logits.length;
  }

  /** An int that orders like the float; -0 equals 0. */
  private static int ordered(float score) {
    int bits = Float.floatToIntBits(score + 0f);
    return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
  }
}
