package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2FloatMap;
import java.util.Optional;
import org.espalier.learning.mf.FoldIn;
import org.espalier.service.ranking.History.Interactions;

/**
 * Makes the vector that stands for a user in one request: the trained one as long as nothing has happened since, else
 * one that is folded in from the newest interactions, so that a new event counts at once.
 */
final class UserVectors {

  private final History history;

  UserVectors(History history) {
    this.history = history;
  }

  /**
   * A user's vector of the model's dimension; empty when nothing that the model knows is known of the user.
   *
   * @param user id of the user; negative for one that is not known
   */
  Optional<float[]> find(ServedModel model, int user) {
    if (user < 0) {
      return Optional.empty();
    }
    Interactions known = history.interactions(user);
    if (known.lastSequence() <= model.logPosition()) {
      float[] trained = new float[model.dim()];
      if (model.users().copyVector(user, trained, 0)) {
        return Optional.of(trained);
      }
    }
    return fold(model, known.items());
  }

  /** The vector of a user who has chosen these items and nothing else; empty when the model knows none of them. */
  static Optional<float[]> fold(ServedModel model, Int2FloatMap weightsByItem) {
    int dim = model.dim();
    float[] vectors = new float[weightsByItem.size() * dim];
    float[] weights = new float[weightsByItem.size()];
    int count = 0;
    for (Int2FloatMap.Entry item : weightsByItem.int2FloatEntrySet()) {
      if (model.items().copyVector(item.getIntKey(), vectors, count * dim)) {
        weights[count++] = item.getFloatValue();
      }
    }
    if (count == 0) {
      return Optional.empty();
    }
    float[] user = new float[dim];
    double minimum = model.foldIn().fold(vectors, weights, count, user, 0, new FoldIn.Scratch(dim));
    return Double.isNaN(minimum) ? Optional.empty() : Optional.of(user);
  }
}
