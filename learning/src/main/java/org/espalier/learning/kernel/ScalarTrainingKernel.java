package org.espalier.learning.kernel;

/** The reference that the SIMD kernels are tested against, and the fallback without the module. */
final class ScalarTrainingKernel extends TrainingKernel {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int panelWidth() {
    return 16;
  }

  @Override
  void multiplyAddUnchecked(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        float factor = a[aAt + i * aRow + p * aColumn];
        for (int j = 0; j < n; j++) {
          c[cAt + i * cRow + j] += factor * b[bAt + p * bRow + j];
        }
      }
    }
  }

  @Override
  void addGramUnchecked(float[] rows, int rowsAt, int count, int dim, float[] gram) {
    for (int r = 0; r < count; r++) {
      int row = rowsAt + r * dim;
      for (int i = 0; i < dim; i++) {
        for (int j = i; j < dim; j++) {
          gram[i * dim + j] += rows[row + i] * rows[row + j];
        }
      }
    }
  }

  /** A = UᵀU row by row, then the two triangular systems. */
  @Override
  boolean solveUnchecked(float[] a, int n, float[] b) {
    for (int i = 0; i < n; i++) {
      float pivot = a[i * n + i];
      if (!(pivot > 0)) {
        return false;
      }
      float scale = (float) (1 / Math.sqrt(pivot));
      for (int j = i; j < n; j++) {
        a[i * n + j] *= scale;
      }
      for (int r = i + 1; r < n; r++) {
        float factor = a[i * n + r];
        for (int j = r; j < n; j++) {
          a[r * n + j] -= factor * a[i * n + j];
        }
      }
      b[i] *= scale; // forward substitution beside the factorisation
      for (int j = i + 1; j < n; j++) {
        b[j] -= b[i] * a[i * n + j];
      }
    }
    for (int i = n - 1; i >= 0; i--) {
      float sum = b[i];
      for (int j = i + 1; j < n; j++) {
        sum -= a[i * n + j] * b[j];
      }
      b[i] = sum / a[i * n + i];
    }
    return true;
  }

  @Override
  double softmaxUnchecked(float[] x, int at, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + n; i++) {
      max = Math.max(max, x[i]);
    }
    float sum = 0;
    for (int i = at; i < at + n; i++) {
      x[i] = (float) Math.exp(x[i] - max);
      sum += x[i];
    }
    for (int i = at; i < at + n; i++) {
      x[i] /= sum;
    }
    return max + Math.log(sum);
  }

  @Override
  void adamUnchecked(
      float[] weights,
      int at,
      float[] gradient,
      int gradientAt,
      float[] mean,
      float[] square,
      int n,
      float beta1,
      float beta2,
      float epsilon,
      float stepSize,
      float rootScale) {
    for (int i = 0; i < n; i++) {
      float g = gradient[gradientAt + i];
      float m = beta1 * mean[at + i] + (1 - beta1) * g;
      float v = beta2 * square[at + i] + (1 - beta2) * g * g;
      mean[at + i] = m;
      square[at + i] = v;
      weights[at + i] -= stepSize * m / ((float) Math.sqrt(v) * rootScale + epsilon);
    }
  }

  @Override
  float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  float dotDifferenceUnchecked(float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n) {
    float sum = 0;
    for (int d = 0; d < n; d++) {
      sum += u[uAt + d] * (p[pAt + d] - q[qAt + d]);
    }
    return sum;
  }

  @Override
  void pairwiseStepUnchecked(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n, float step, float decay) {
    float keep = 1 - decay;
    for (int d = 0; d < n; d++) {
      float user = u[uAt + d];
      float up = p[pAt + d];
      float down = q[qAt + d];
      u[uAt + d] = keep * user + step * (up - down);
      p[pAt + d] = keep * up + step * user;
      q[qAt + d] = keep * down - step * user;
    }
  }

  @Override
  int firstAboveUnchecked(float[] x, int from, int to, float threshold) {
    int at = from;
    while (at < to && !(x[at] > threshold)) {
      at++;
    }
    return at;
  }
}
