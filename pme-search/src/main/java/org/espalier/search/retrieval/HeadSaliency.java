package org.espalier.search.retrieval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.mf.MfModel;

/**
 * How much each coordinate of a factorisation's rows moves the head of users' rankings: a Fisher-weighted
 * squared score error. For a user the softmax p of the scores, over the items that the user does not have,
 * is a distribution over the head of the ranking; a small error δ of the scores changes it by {@code ½ Var_p(δ)}
 * nats. Leaving out coordinate k costs
 *
 * <pre>user u: u_k² Var_p(v_k)        item i: v_ik² Σ_u p_ui (1 − p_ui) u_k²</pre>
 *
 * <p>A user's weight w multiplies what he adds to either.
 *
 * <p>The softmax's temperature is chosen so that it spreads over as many items as the ranking is judged by.
 *
 * <p>The work is two matrix products of users by items by dimensions, as in one epoch of a full softmax. Beyond
 * {@link #PAIRS_MAX} pairs a sample of users stands for all; a user outside it gets the sample's mean variance.
 */
final class HeadSaliency {

  /** Perplexity of the softmax: NDCG@20 sees twenty ranks. 50 to 200 were .002 to .006 worse. */
  private static final double HEAD = 20;

  /** At most so many scores are computed: some ten seconds of one thread at 64 dimensions. */
  private static final long PAIRS_MAX = 1L << 30;

  /** At most so many scores are held at a time: 64 MB. */
  private static final int SCORES_MAX = 1 << 24;

  private static final int BATCH_MAX = 256;
  private static final int USER_BLOCK = 16;
  private static final int ITEM_BLOCK = 256;
  private static final int TEMPERATURE_USERS = 512;
  private static final int BISECTIONS = 24;

  private final TrainingKernel kernel = TrainingKernels.best();
  private final MfModel model;
  private final ItemSets seen;
  private final float[] userWeights;
  private final int dim;
  private final int items;
  private final int row; // scores of one user, in whole panels
  private final float[] panels;
  private final float[] squares; // v²
  private final float[] batchUsers;
  private final float[] batchSquares; // w u²
  private final float[] scores;
  private final float[] means; // (batch, dim): Σ p v, and then
  private final float[] seconds; // Σ p v²
  private final float[] itemSums; // (items, dim): Σ_u p (1 - p) w u²

  HeadSaliency(MfModel model, ItemSets seen, float[] userWeights) {
    this.model = model;
    this.seen = seen;
    this.userWeights = userWeights;
    dim = model.dim();
    items = seen.itemCount();
    row = kernel.panelled(items);
    panels = new float[Math.multiplyExact(row, dim)];
    kernel.pack(model.itemVectors(), 0, items, dim, panels);
    squares = squared(model.itemVectors());
    int batch = Math.clamp(SCORES_MAX / row, 1, BATCH_MAX);
    batchUsers = new float[batch * dim];
    batchSquares = new float[batch * dim];
    scores = new float[batch * row];
    means = new float[batch * dim];
    seconds = new float[batch * dim];
    itemSums = new float[items * dim];
  }

  /**
   * The saliency of every coordinate: (users + items, dim) row-major.
   *
   * @param cancelled asked between batches; when true what is known so far is returned
   */
  double[] compute(SplittableRandom random, Workers workers, BooleanSupplier cancelled) {
    int[] users = sample(random, Math.clamp(PAIRS_MAX / items, 1, seen.userCount()));
    float temperature = temperature(users);
    double[] saliency = new double[(seen.userCount() + items) * dim];
    boolean[] exact = new boolean[seen.userCount()];
    double[] varianceSum = new double[dim];
    int batch = batchUsers.length / dim;
    int done = 0;
    for (; done < users.length && !cancelled.getAsBoolean(); done += batch) {
      int count = Math.min(batch, users.length - done);
      addBatch(users, done, count, temperature, workers);
      for (int b = 0; b < count; b++) {
        int user = users[done + b];
        exact[user] = true;
        for (int d = 0; d < dim; d++) {
          double mean = means[b * dim + d];
          double variance = Math.max(0, seconds[b * dim + d] - mean * mean);
          varianceSum[d] += variance;
          saliency[user * dim + d] = variance * batchSquares[b * dim + d];
        }
      }
    }
    int known = Math.max(1, Math.min(done, users.length));
    fillOthers(exact, varianceSum, known, saliency);
    double share = (double) seen.userCount() / known;
    int itemsAt = seen.userCount() * dim;
    for (int i = 0; i < itemSums.length; i++) {
      saliency[itemsAt + i] = share * itemSums[i] * squares[i];
    }
    return saliency;
  }

  private void fillOthers(boolean[] exact, double[] varianceSum, int known, double[] saliency) {
    float[] vectors = model.userVectors();
    for (int user = 0; user < exact.length; user++) {
      for (int at = user * dim; !exact[user] && at < (user + 1) * dim; at++) {
        double square = userWeights[user] * vectors[at] * vectors[at];
        saliency[at] = varianceSum[at - user * dim] / known * square;
      }
    }
  }

  /** Leaves the batch's Σ p v and Σ p v² in their arrays, and adds to the items' sums. */
  private void addBatch(int[] users, int from, int count, float temperature, Workers workers) {
    for (int b = 0; b < count; b++) {
      for (int d = 0; d < dim; d++) {
        float value = model.userVectors()[users[from + b] * dim + d];
        batchUsers[b * dim + d] = temperature * value;
        batchSquares[b * dim + d] = userWeights[users[from + b]] * value * value;
      }
    }
    Arrays.fill(means, 0);
    Arrays.fill(seconds, 0);
    workers.forBlocks(
        count,
        USER_BLOCK,
        (begin, end, _) -> {
          int at = begin * row;
          int n = end - begin;
          kernel.score(n, items, dim, batchUsers, begin * dim, panels, scores, at, row);
          for (int b = begin; b < end; b++) {
            hideSeen(users[from + b], b * row);
            kernel.softmax(scores, b * row, items);
          }
          product(n, at, model.itemVectors(), means, begin * dim);
          product(n, at, squares, seconds, begin * dim);
          for (int i = at; i < end * row; i++) {
            scores[i] *= 1 - scores[i];
          }
        });
    workers.forBlocks(
        items,
        ITEM_BLOCK,
        (begin, end, _) ->
            kernel.multiplyAdd(
                end - begin,
                dim,
                count,
                scores,
                begin,
                1,
                row,
                batchSquares,
                0,
                dim,
                itemSums,
                begin * dim,
                dim));
  }

  private void product(int users, int scoresAt, float[] itemRows, float[] result, int resultAt) {
    kernel.multiplyAdd(
        users, dim, items, scores, scoresAt, row, 1, itemRows, 0, dim, result, resultAt, dim);
  }

  private void hideSeen(int user, int scoresAt) {
    for (int at = seen.begin(user); at < seen.end(user); at++) {
      scores[scoresAt + seen.item(at)] = Float.NEGATIVE_INFINITY;
    }
  }

  /** Users that have items and lack some, in random order. */
  private int[] sample(SplittableRandom random, int most) {
    int[] users = new int[seen.userCount()];
    int count = 0;
    for (int user = 0; user < users.length; user++) {
      if (seen.count(user) > 0 && seen.count(user) < items) {
        users[count++] = user;
      }
    }
    for (int i = 0; i < Math.min(most, count); i++) {
      int other = random.nextInt(i, count);
      int swapped = users[i];
      users[i] = users[other];
      users[other] = swapped;
    }
    return Arrays.copyOf(users, Math.min(most, count));
  }

  /** The factor of the scores at which the softmax has the wanted perplexity, by bisection. */
  private float temperature(int[] users) {
    double low = 1e-4;
    double high = 1e4;
    int count = Math.min(users.length, TEMPERATURE_USERS);
    for (int i = 0; i < BISECTIONS && count > 0; i++) {
      double middle = Math.sqrt(low * high);
      if (entropy(users, count, (float) middle) > Math.log(HEAD)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (float) Math.sqrt(low * high);
  }

  /** Mean entropy in nats of the users' softmax: {@code ln Σ e^s − Σ p s}. */
  private double entropy(int[] users, int count, float temperature) {
    double sum = 0;
    float[] raw = new float[row];
    for (int u = 0; u < count; u++) {
      for (int d = 0; d < dim; d++) {
        batchUsers[d] = temperature * model.userVectors()[users[u] * dim + d];
      }
      kernel.score(1, items, dim, batchUsers, 0, panels, scores, 0, row);
      System.arraycopy(scores, 0, raw, 0, row);
      hideSeen(users[u], 0);
      double logSum = kernel.softmax(scores, 0, items);
      sum += logSum - kernel.dot(scores, 0, raw, 0, items);
    }
    return sum / count;
  }

  private static float[] squared(float[] values) {
    float[] squares = values.clone();
    for (int i = 0; i < squares.length; i++) {
      squares[i] *= squares[i];
    }
    return squares;
  }
}
