package org.espalier.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One query against row-major rows, SIMD beside its scalar twin; {@code rows × dim} spans L2 and
 * memory. The tear-down compares the two answers, so a fast wrong kernel fails the run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FloatKernelBenchmark {

  @Param({"16", "64"})
  int dim;

  @Param({"1000", "100000"})
  int rowCount;

  private final FloatKernel scalar = FloatKernels.scalar();
  private final FloatKernel simd = FloatKernels.best();
  private float[] query = {};
  private float[] rows = {};
  private float[] scalarScores = {};
  private float[] simdScores = {};

  /** Fills query and rows with uniform values in [-1, 1). */
  @Setup(Level.Trial)
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    query = uniform(random, dim);
    rows = uniform(random, rowCount * dim);
    scalarScores = new float[rowCount];
    simdScores = new float[rowCount];
  }

  /** The reference loop. */
  @Benchmark
  public float[] scoreRowsScalar() {
    scalar.scoreRows(query, 0, dim, rows, rowCount, scalarScores);
    return scalarScores;
  }

  /** The kernel that the process would choose. */
  @Benchmark
  public float[] scoreRowsSimd() {
    simd.scoreRows(query, 0, dim, rows, rowCount, simdScores);
    return simdScores;
  }

  /** Fails the run when the two kernels disagree by more than rounding explains. */
  @TearDown(Level.Trial)
  public void compare() {
    scoreRowsScalar();
    scoreRowsSimd();
    for (int r = 0; r < rowCount; r++) {
      if (Math.abs(scalarScores[r] - simdScores[r]) > dim * 0x1p-22f * dim) {
        throw new AssertionError(
            "row %d: scalar %s, simd %s".formatted(r, scalarScores[r], simdScores[r]));
      }
    }
  }

  private static float[] uniform(SplittableRandom random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
