package org.espalier.kgat.refresh;

import it.unimi.dsi.fastutil.ints.IntLinkedOpenHashSet;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.learning.kernel.Workers;

/** Makes users' vectors of their histories and hands them to a sink. Belongs to one thread, which lends it to the workers. */
final class UserEncoder {

  private static final int BATCH = 512; // users between two looks at the clock
  private static final int USERS = 16; // of a thread's block

  private final HistoryPropagator model;
  private final Histories histories;
  private final Workers workers;
  private final VectorSink sink;
  private final int[] batch = new int[BATCH];
  private final boolean[] known = new boolean[BATCH];
  private final float[] vectors; // (BATCH, dim)
  private final float[] vector;

  UserEncoder(Histories histories, Workers workers, VectorSink sink) {
    this.model = histories.model();
    this.histories = histories;
    this.workers = workers;
    this.sink = sink;
    vectors = new float[BATCH * model.dim()];
    vector = new float[model.dim()];
  }

  /**
   * Encodes and publishes users, the longest waiting first; one of whose history nothing is known has no vector.
   *
   * @param due loses those that were encoded
   * @param endNs by {@link System#nanoTime}: a batch that is begun is ended
   * @return how many vectors there were
   */
  int encode(IntLinkedOpenHashSet due, long endNs) {
    int published = 0;
    do {
      int count = 0;
      while (count < BATCH && !due.isEmpty()) {
        batch[count++] = due.removeFirstInt();
      }
      encodeBatch(count);
      for (int i = 0; i < count; i++) {
        if (known[i]) {
          System.arraycopy(vectors, i * vector.length, vector, 0, vector.length);
          sink.user(batch[i], vector);
          published++;
        } else {
          sink.removedUser(batch[i]);
        }
      }
    } while (!due.isEmpty() && System.nanoTime() - endNs < 0);
    return published;
  }

  private void encodeBatch(int count) {
    workers.forBlocks(
        count,
        USERS,
        (from, to, _) -> {
          Histories.Sum sum = new Histories.Sum(model); // once a block
          for (int i = from; i < to; i++) {
            histories.sum(batch[i], sum);
            known[i] = sum.count > 0;
            if (known[i]) {
              model.encode(sum.source, sum.count, vectors, i * model.dim());
            }
          }
        });
  }
}
