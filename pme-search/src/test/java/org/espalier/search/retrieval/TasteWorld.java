package org.espalier.search.retrieval;

import java.util.SplittableRandom;
import org.espalier.learning.data.Interactions;

/** Users with hidden tastes who choose among items with hidden traits; some items are popular. */
public record TasteWorld(int users, int items, Interactions train, Interactions valid) {

  private static final int TRAITS = 6;

  /** A world in which every user has a few items in training and two in validation. */
  public TasteWorld(int users, int items, int perUser, long seed) {
    this(
        users,
        items,
        slice(users, items, perUser, seed, false),
        slice(users, items, perUser, seed, true));
  }

  private static Interactions slice(int users, int items, int perUser, long seed, boolean valid) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] traits = gaussians(random, items * TRAITS);
    double[] tastes = gaussians(random, users * TRAITS);
    Interactions.Builder builder = new Interactions.Builder(false, true);
    long timeMs = 1;
    for (int user = 0; user < users; user++) {
      int count = perUser / 2 + random.nextInt(perUser) + 2;
      for (int i = 0; i < count; i++) {
        int item = choose(random, items, tastes, user, traits);
        if (valid == (i >= count - 2)) {
          builder.add(user, item, 1, timeMs);
        }
        timeMs++;
      }
    }
    return builder.build(users, items);
  }

  private static int choose(
      SplittableRandom random, int items, double[] tastes, int user, double[] traits) {
    int best = 0;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < 8; c++) {
      int item = (int) (items * random.nextDouble() * random.nextDouble());
      double score = 0;
      for (int d = 0; d < TRAITS; d++) {
        score += tastes[user * TRAITS + d] * traits[item * TRAITS + d];
      }
      if (score > bestScore) {
        bestScore = score;
        best = item;
      }
    }
    return best;
  }

  private static double[] gaussians(SplittableRandom random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
