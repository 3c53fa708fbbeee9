package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2FloatMap;
import it.unimi.dsi.fastutil.ints.Int2FloatMaps;
import it.unimi.dsi.fastutil.ints.Int2FloatOpenHashMap;
import java.util.Optional;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.mf.FoldIn;
import org.espalier.service.ranking.History.Interactions;

/**
 * Makes the vector that stands for a user in one request: the stored one as long as nothing has happened since, else
 * one that is folded in from the newest interactions, so that a new event counts at once. With a model that cannot fold
 * in, a user is their stored vector whatever happens.
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
   * @param through position of the log up to which events count
   */
  Optional<float[]> find(ServedModel model, int user, long through) {
    if (user < 0) {
      return Optional.empty();
    }
    FoldIn foldIn = model.foldIn();
    if (foldIn == null) {
      return stored(model.users(), user);
    }
    Interactions known = history.interactions(user, through);
    if (known.lastSequence() <= model.logPosition()) {
      Optional<float[]> trained = stored(model.users(), user);
      if (trained.isPresent()) {
        return trained;
      }
    }
    return fold(model, foldIn, known.items());
  }

  /**
   * The vector of a user who has chosen this item and nothing else: the item's own with a model that cannot fold in;
   * empty when the model does not know it.
   */
  static Optional<float[]> ofWhoeverChose(ServedModel model, int item) {
    FoldIn foldIn = model.foldIn();
    return foldIn == null
        ? stored(model.items(), item)
        : fold(model, foldIn, Int2FloatMaps.singleton(item, 1f));
  }

  /** The vector of whoever has chosen these items and nothing else; empty when the model knows none of them. */
  static Optional<float[]> ofWhoeverChose(ServedModel model, int[] items) {
    FoldIn foldIn = model.foldIn();
    if (foldIn == null) {
      return mean(model.items(), items, 1);
    }
    Int2FloatOpenHashMap chosen = new Int2FloatOpenHashMap();
    for (int item : items) {
      chosen.put(item, 1f);
    }
    return fold(model, foldIn, chosen);
  }

  /** The mean of the vectors of those tokens that have one; empty when fewer than {@code atLeast} do. */
  static Optional<float[]> mean(ArenaTable table, int[] tokens, int atLeast) {
    float[] sum = new float[table.dim()];
    float[] vector = new float[table.dim()];
    int count = 0;
    for (int token : tokens) {
      if (table.copyVector(token, vector, 0)) {
        FloatKernels.best().axpy(1, vector, 0, sum, 0, sum.length);
        count++;
      }
    }
    if (count < atLeast) {
      return Optional.empty();
    }
    for (int d = 0; d < sum.length; d++) {
      sum[d] /= count;
    }
    return Optional.of(sum);
  }

  private static Optional<float[]> stored(ArenaTable table, int token) {
    float[] vector = new float[table.dim()];
    return table.copyVector(token, vector, 0) ? Optional.of(vector) : Optional.empty();
  }

  private static Optional<float[]> fold(
      ServedModel model, FoldIn foldIn, Int2FloatMap weightsByItem) {
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
    double minimum = foldIn.fold(vectors, weights, count, user, 0, new FoldIn.Scratch(dim));
    return Double.isNaN(minimum) ? Optional.empty() : Optional.of(user);
  }
}
