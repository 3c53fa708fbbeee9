package org.espalier.search.retrieval;

import org.espalier.learning.data.ItemSets;
import org.espalier.learning.mf.MfModel;

/** {@link HeadSaliency} by its formulas, in doubles, over all users. */
final class HeadSaliencyTwin {

  private HeadSaliencyTwin() {}

  static double[] of(MfModel model, ItemSets seen, float[] weights) {
    int dim = model.dim();
    int users = seen.userCount();
    int items = seen.itemCount();
    double low = 1e-4;
    double high = 1e4;
    for (int i = 0; i < 24; i++) {
      double middle = Math.sqrt(low * high);
      double entropy = 0;
      for (int user = 0; user < users; user++) {
        for (double p : softmax(model, seen, user, middle)) {
          entropy -= p > 0 ? p * Math.log(p) : 0;
        }
      }
      if (entropy / users > Math.log(20)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double[] saliency = new double[(users + items) * dim];
    for (int user = 0; user < users; user++) {
      double[] p = softmax(model, seen, user, Math.sqrt(low * high));
      for (int d = 0; d < dim; d++) {
        double u = model.userVectors()[user * dim + d];
        double mean = 0;
        double second = 0;
        for (int item = 0; item < items; item++) {
          double v = model.itemVectors()[item * dim + d];
          mean += p[item] * v;
          second += p[item] * v * v;
          saliency[(users + item) * dim + d] +=
              weights[user] * p[item] * (1 - p[item]) * u * u * v * v;
        }
        saliency[user * dim + d] = weights[user] * u * u * (second - mean * mean);
      }
    }
    return saliency;
  }

  private static double[] softmax(MfModel model, ItemSets seen, int user, double temperature) {
    double[] p = new double[seen.itemCount()];
    double sum = 0;
    for (int item = 0; item < p.length; item++) {
      double score = 0;
      for (int d = 0; d < model.dim(); d++) {
        score +=
            (double) model.userVectors()[user * model.dim() + d]
                * model.itemVectors()[item * model.dim() + d];
      }
      p[item] = seen.contains(user, item) ? 0 : Math.exp(temperature * score);
      sum += p[item];
    }
    for (int item = 0; item < p.length; item++) {
      p[item] /= sum;
    }
    return p;
  }
}
