package org.espalier.learning.mf;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.train.Progress;

/**
 * Implicit ALS: a sweep solves every item against the users, then every user against the items, so
 * that after it each user's vector is exactly what {@link FoldIn} gives.
 */
final class AlsTrainee extends FactorTrainee {

  /** Rows between two looks at a cancellation: some milliseconds. */
  private static final int CHUNK = 4096;

  private static final int BLOCK = 32;

  private final ItemSets itemsOfUser;
  private final ItemSets usersOfItem;
  private final MfObjective.Als als;
  private final FoldIn.Scratch[] scratches;
  private final float[][] gathered;

  AlsTrainee(Factors factors, ItemSets seen, MfObjective.Als als) {
    super(factors);
    this.itemsOfUser = seen;
    this.usersOfItem = seen.transposed();
    this.als = als;
    int threads = factors.workers.count();
    int longest = Math.max(longest(itemsOfUser), longest(usersOfItem));
    this.scratches = new FoldIn.Scratch[threads];
    this.gathered = new float[threads][Math.multiplyExact(longest, factors.dim)];
    Arrays.setAll(scratches, _ -> new FoldIn.Scratch(factors.dim));
  }

  @Override
  public long samplesPerEpoch() {
    return (long) itemsOfUser.userCount() + usersOfItem.userCount();
  }

  @Override
  public void trainEpoch(int epoch, Progress progress) {
    if (solve(usersOfItem, factors.items, factors.users, progress)) {
      solve(itemsOfUser, factors.users, factors.items, progress);
    }
  }

  /** Replaces all of {@code rows} by what fits {@code others} best; false when told to stop. */
  private boolean solve(ItemSets pairs, float[] rows, float[] others, Progress progress) {
    FoldIn foldIn = new FoldIn(factors.dim, others, als);
    double[] losses = new double[CHUNK];
    for (int from = 0; from < pairs.userCount(); from += CHUNK) {
      int first = from;
      int count = Math.min(CHUNK, pairs.userCount() - from);
      factors.workers.forBlocks(
          count,
          BLOCK,
          (begin, end, worker) -> {
            for (int r = begin; r < end; r++) {
              losses[r] = solveRow(pairs, first + r, rows, others, foldIn, worker);
            }
          });
      double lossSum = IntStream.range(0, count).mapToDouble(r -> losses[r]).sum();
      if (!progress.advance(count, lossSum)) {
        return false;
      }
    }
    return true;
  }

  private double solveRow(
      ItemSets pairs, int row, float[] rows, float[] others, FoldIn foldIn, int worker) {
    int dim = factors.dim;
    float[] vectors = gathered[worker];
    int count = pairs.count(row);
    for (int i = 0; i < count; i++) {
      int other = pairs.item(pairs.begin(row) + i);
      System.arraycopy(others, other * dim, vectors, i * dim, dim);
    }
    return foldIn.fold(vectors, count, rows, row * dim, scratches[worker]);
  }

  private static int longest(ItemSets pairs) {
    return IntStream.range(0, pairs.userCount()).map(pairs::count).max().orElse(0);
  }
}
