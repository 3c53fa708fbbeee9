package org.espalier.learning.metric;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The retrieval metrics of one model, user by user. */
public final class RetrievalResult {

  private final int[] users;
  private final Map<RetrievalMetric, double[]> values = new EnumMap<>(RetrievalMetric.class);

  RetrievalResult(int[] users) {
    this.users = users;
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      values.put(metric, new double[users.length]);
    }
  }

  /** The users that were evaluated, ascending. */
  public int[] users() {
    return users.clone();
  }

  /**
   * A metric of each of {@link #users()}, in their order: two models' can be compared in pairs when
   * one evaluator made them.
   */
  public double[] perUser(RetrievalMetric metric) {
    return row(metric).clone();
  }

  /** The mean over the users; NaN when there are none. */
  public double mean(RetrievalMetric metric) {
    return Arrays.stream(row(metric)).average().orElse(Double.NaN);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      text.append("%s %.4f ".formatted(metric.label(), mean(metric)));
    }
    return text.append("over ").append(users.length).append(" users").toString();
  }

  /**
   * Computes one user's metrics. Recall@k is hits over all relevant items; NDCG@k divides by the DCG
   * of the best ranking possible, which has {@code min(k, relevant)} hits in front.
   *
   * @param index of the user among {@link #users()}
   * @param hits whether the item at each rank is relevant, best first
   * @param ranks how many of {@code hits} there are
   * @param relevant how many relevant items the user has, at least 1
   */
  void set(int index, boolean[] hits, int ranks, int relevant) {
    int hits10 = 0;
    int hits20 = 0;
    double dcg10 = 0;
    double dcg20 = 0;
    double ideal10 = 0;
    double ideal20 = 0;
    for (int r = 0; r < 20; r++) {
      double gain = Math.log(2) / Math.log(r + 2.0);
      if (r < relevant) {
        ideal20 += gain;
        ideal10 += r < 10 ? gain : 0;
      }
      if (r < ranks && hits[r]) {
        hits20++;
        dcg20 += gain;
        if (r < 10) {
          hits10++;
          dcg10 += gain;
        }
      }
    }
    row(RetrievalMetric.RECALL_10)[index] = (double) hits10 / relevant;
    row(RetrievalMetric.RECALL_20)[index] = (double) hits20 / relevant;
    row(RetrievalMetric.NDCG_10)[index] = dcg10 / ideal10;
    row(RetrievalMetric.NDCG_20)[index] = dcg20 / ideal20;
    row(RetrievalMetric.HIT_20)[index] = hits20 > 0 ? 1 : 0;
  }

  private double[] row(RetrievalMetric metric) {
    return Objects.requireNonNull(values.get(metric));
  }
}
