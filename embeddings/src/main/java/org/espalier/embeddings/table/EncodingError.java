package org.espalier.embeddings.table;

/**
 * How far a table's rows, as they are encoded, are from those of another one with the same tokens and
 * sizes, in the model's space.
 *
 * @param rms over all values of all vectors
 * @param max the largest error of any value
 * @param scoreError {@code √(Σ(q·x′ − q·x)² / Σ(q·x)²)} over all queries and vectors
 */
public record EncodingError(double rms, double max, double scoreError) {

  /**
   * Measures what {@code coded} lost.
   *
   * @param queries (m, D) row-major in the model's space, m at least 1
   * @throws IllegalArgumentException when the tables differ in dim, or {@code coded} lacks a token
   */
  public static EncodingError measure(MultiSizeTable exact, MultiSizeTable coded, float[] queries) {
    int dim = exact.shape().dim();
    if (coded.shape().dim() != dim || queries.length == 0 || queries.length % dim != 0) {
      throw new IllegalArgumentException(
          "tables of dim %d and %d with %d values of queries"
              .formatted(dim, coded.shape().dim(), queries.length));
    }
    Sums sums = new Sums(dim, queries);
    float[] vector = new float[dim];
    float[] copy = new float[dim];
    exact.forEachRow((token, size, encoding, payload) -> {
      exact.copyVector(token, vector, 0);
      if (!coded.copyVector(token, copy, 0)) {
        throw new IllegalArgumentException(
            "table %s has no token %d".formatted(coded.shape().name(), token));
      }
      sums.add(vector, copy);
    });
    return sums.result();
  }

  private static final class Sums {

    private final int dim;
    private final float[] queries;
    private long values;
    private double squares;
    private double max;
    private double scoreSquares;
    private double scoreErrors;

    Sums(int dim, float[] queries) {
      this.dim = dim;
      this.queries = queries;
    }

    void add(float[] vector, float[] copy) {
      for (int d = 0; d < dim; d++) {
        double error = (double) copy[d] - vector[d];
        squares += error * error;
        max = Math.max(max, Math.abs(error));
      }
      values += dim;
      for (int at = 0; at < queries.length; at += dim) {
        double score = 0;
        double error = 0;
        for (int d = 0; d < dim; d++) {
          score += (double) queries[at + d] * vector[d];
          error += queries[at + d] * ((double) copy[d] - vector[d]);
        }
        scoreSquares += score * score;
        scoreErrors += error * error;
      }
    }

    EncodingError result() {
      return new EncodingError(
          values == 0 ? 0 : Math.sqrt(squares / values),
          max,
          scoreSquares == 0 ? 0 : Math.sqrt(scoreErrors / scoreSquares));
    }
  }
}
