package org.espalier.search.job;

import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.size.Method;

/**
 * A search over the tables of a factorisation.
 *
 * @param prune method, budget, bounds of fields and seed; the method must give rows that a table can hold
 * @param maxDrop how much NDCG@20 may be lost against the full size, on the slice that chooses: the smallest budget
 *     inside it is taken, and the one of {@code prune} is the largest; empty to take that one
 * @param loss of the full-size model
 * @param dim full size, in 1 .. 256
 * @param teacher whose scores the candidate learns
 * @param threads at least 1
 * @param duty the share of the time in which the search works, in (0, 1]: at 0.5 it rests as long as it works
 * @param heldOut the latest share of the interactions that measures, in (0, 0.5]; the same share of the rest
 *     chooses
 * @param memoryBytesMax the most memory that the search may need by its own estimate
 */
public record SearchSpec(
    PruneSpec prune,
    OptionalDouble maxDrop,
    MfLoss loss,
    int dim,
    Teacher teacher,
    int threads,
    double duty,
    double heldOut,
    long memoryBytesMax) {

  /** Where the full-size model of the whole log comes from, of which the candidate is the pruned one. */
  public enum Teacher {
    /** The search trains it, after it has measured on the split. */
    TRAINED,
    /** It is the active generation: full-size tables of the same loss and dimension. */
    ACTIVE
  }

  private static final int DIM_MAX = 256;

  /** Budgets of the quality–memory curve beside the wanted one. */
  private static final double[] CURVE = {0.5, 0.25, 0.1, 0.05};

  public SearchSpec {
    require(
        maxDrop.isEmpty() || (maxDrop.getAsDouble() >= 0 && maxDrop.getAsDouble() <= 1),
        "maxDrop=%s is not in [0, 1]".formatted(maxDrop.isEmpty() ? "" : maxDrop.getAsDouble()));
    require(
        maxDrop.isEmpty() || prune.method() != Method.FULL,
        "the full size has no budget to choose");
    require(dim >= 1 && dim <= DIM_MAX, "dim=" + dim + " is not in 1 .. " + DIM_MAX);
    require(threads >= 1, "threads=" + threads + " is below 1");
    require(duty > 0 && duty <= 1, "duty=" + duty + " is not in (0, 1]");
    require(heldOut > 0 && heldOut <= 0.5, "heldOut=" + heldOut + " is not in (0, 0.5]");
    require(memoryBytesMax > 0, "memoryBytesMax=" + memoryBytesMax + " is below 1");
    require(
        prune.method() != Method.MAGNITUDE && prune.method() != Method.MASK,
        "method %s leaves gaps in rows, which no table can serve; choose pme, popularity, uniform or full"
            .formatted(prune.method()));
  }

  /** Alternating least squares at 64 dimensions, all of one processor, half of the heap. */
  public static SearchSpec of(Method method, double keep, long seed) {
    return new SearchSpec(
        PruneSpec.of(method, keep, seed),
        OptionalDouble.empty(),
        MfLoss.ALS,
        64,
        Teacher.TRAINED,
        1,
        1,
        0.1,
        Runtime.getRuntime().maxMemory() / 2);
  }

  /** How the full-size model is trained. */
  MfSpec mf(int items) {
    // Threads that race for BPR's rows would give another model each time.
    int safeThreads = loss == MfLoss.BPR ? 1 : threads;
    return MfSpec.of(loss, items, prune.seed()).withDim(dim).withThreads(safeThreads);
  }

  /** The budgets of the curve, with the one that was taken, falling. */
  double[] curve(double taken) {
    return DoubleStream.concat(DoubleStream.of(CURVE), DoubleStream.of(taken))
        .distinct()
        .map(keep -> -keep)
        .sorted()
        .map(keep -> -keep)
        .toArray();
  }

  /** What a result depends on: a checkpoint of another is of no use. */
  String fingerprint() {
    return "%s %s %s dim=%d teacher=%s heldOut=%s"
        .formatted(prune, maxDrop, loss, dim, teacher, heldOut);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
