package org.espalier.learning.metric;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/**
 * Ranks the whole catalogue for every user and compares with what the user did next. All items are
 * candidates except those that the user is known to have; scores are inner products; metrics are
 * averaged over the users that have a relevant item. Of equal scores the smaller item id ranks first,
 * and NaN ranks nowhere.
 *
 * <p>Work goes by blocks of users and of items, so memory does not grow with either.
 */
public final class RetrievalEvaluator {

  private static final int RANKS = 20;
  private static final int USER_BLOCK = 128;
  private static final int ITEM_BLOCK = 512;

  private final TrainingKernel kernel = TrainingKernels.best();
  private final ItemSets known;
  private final ItemSets relevant;
  private final int[] users;

  private RetrievalEvaluator(ItemSets known, ItemSets relevant, int[] users) {
    this.known = known;
    this.relevant = relevant;
    this.users = users;
  }

  /**
   * Evaluates on {@code target}.
   *
   * @param known what is no candidate any more: the training slice and, for a test, the validation
   *     slice. A target item that is known cannot be found and does not count.
   */
  public static RetrievalEvaluator of(
      Interactions target, Interactions known, Interactions... moreKnown) {
    ItemSets knownSets = ItemSets.of(known, moreKnown);
    ItemSets relevant = ItemSets.of(target).minus(knownSets);
    int[] users =
        IntStream.range(0, relevant.userCount()).filter(u -> relevant.count(u) > 0).toArray();
    return new RetrievalEvaluator(knownSets, relevant, users);
  }

  /** An evaluator of a random sample of the users: quicker, for decisions during a training. */
  public RetrievalEvaluator sample(int usersMax, SplittableRandom random) {
    if (users.length <= usersMax) {
      return this;
    }
    int[] shuffled = users.clone();
    for (int i = 0; i < usersMax; i++) {
      IntArrays.swap(shuffled, i, random.nextInt(i, shuffled.length));
    }
    int[] chosen = Arrays.copyOf(shuffled, usersMax);
    Arrays.sort(chosen);
    return new RetrievalEvaluator(known, relevant, chosen);
  }

  /** How many users are evaluated. */
  public int userCount() {
    return users.length;
  }

  /**
   * Evaluates inner products of vectors.
   *
   * @param userVectors (users, dim) row-major
   * @param itemVectors (items, dim) row-major
   */
  public RetrievalResult evaluate(
      int dim, float[] userVectors, float[] itemVectors, Workers workers) {
    if (userVectors.length != (long) relevant.userCount() * dim
        || itemVectors.length != (long) relevant.itemCount() * dim) {
      throw new IllegalArgumentException(
          "vectors of %d and %d floats do not fit %d users and %d items of %d dimensions"
              .formatted(
                  userVectors.length,
                  itemVectors.length,
                  relevant.userCount(),
                  relevant.itemCount(),
                  dim));
    }
    RetrievalResult result = new RetrievalResult(users.clone());
    Scratch[] scratches = new Scratch[workers.count()];
    workers.forBlocks(
        users.length,
        USER_BLOCK,
        (from, to, worker) -> {
          if (scratches[worker] == null) {
            scratches[worker] = new Scratch(kernel, dim);
          }
          evaluateBlock(from, to, dim, userVectors, itemVectors, scratches[worker], result);
        });
    return result;
  }

  /** The baseline that knows no user: items by their number of interactions. */
  public RetrievalResult evaluatePopularity(Interactions counted, Workers workers) {
    float[] ones = new float[relevant.userCount()];
    Arrays.fill(ones, 1);
    int[] counts = counted.countsByItem();
    float[] popularity = new float[counts.length];
    for (int item = 0; item < counts.length; item++) {
      popularity[item] = counts[item];
    }
    return evaluate(1, ones, popularity, workers);
  }

  private void evaluateBlock(
      int from,
      int to,
      int dim,
      float[] userVectors,
      float[] itemVectors,
      Scratch scratch,
      RetrievalResult result) {
    int count = to - from;
    for (int u = 0; u < count; u++) {
      System.arraycopy(userVectors, users[from + u] * dim, scratch.users, u * dim, dim);
      scratch.best[u].clear();
      scratch.nextKnown[u] = known.begin(users[from + u]);
    }
    for (int item = 0; item < relevant.itemCount(); item += ITEM_BLOCK) {
      int items = Math.min(ITEM_BLOCK, relevant.itemCount() - item);
      kernel.pack(itemVectors, item, items, dim, scratch.panels);
      kernel.score(
          count, items, dim, scratch.users, 0, scratch.panels, scratch.scores, 0, ITEM_BLOCK);
      for (int u = 0; u < count; u++) {
        hideKnown(users[from + u], u, item, items, scratch);
        select(scratch.scores, u * ITEM_BLOCK, items, item, scratch.best[u]);
      }
    }
    for (int u = 0; u < count; u++) {
      TopRanks best = scratch.best[u];
      for (int r = 0; r < best.size(); r++) {
        scratch.hits[r] = relevant.contains(users[from + u], best.id(r));
      }
      result.set(from + u, scratch.hits, best.size(), relevant.count(users[from + u]));
    }
  }

  /** Known items ascend, so each block of items goes on where the one before ended. */
  private void hideKnown(int user, int u, int firstItem, int items, Scratch scratch) {
    int at = scratch.nextKnown[u];
    for (; at < known.end(user) && known.item(at) < firstItem + items; at++) {
      scratch.scores[u * ITEM_BLOCK + known.item(at) - firstItem] = Float.NEGATIVE_INFINITY;
    }
    scratch.nextKnown[u] = at;
  }

  private void select(float[] scores, int from, int count, int firstItem, TopRanks best) {
    int at = kernel.firstAbove(scores, from, from + count, best.threshold());
    while (at < from + count) {
      best.add(firstItem + at - from, scores[at]);
      at = kernel.firstAbove(scores, at + 1, from + count, best.threshold());
    }
  }

  /** One thread's memory. */
  private static final class Scratch {
    final float[] users;
    final float[] panels;
    final float[] scores = new float[USER_BLOCK * ITEM_BLOCK];
    final TopRanks[] best = new TopRanks[USER_BLOCK];
    final int[] nextKnown = new int[USER_BLOCK];
    final boolean[] hits = new boolean[RANKS];

    Scratch(TrainingKernel kernel, int dim) {
      users = new float[USER_BLOCK * dim];
      panels = new float[kernel.panelled(ITEM_BLOCK) * dim];
      Arrays.setAll(best, _ -> new TopRanks(RANKS));
    }
  }
}
