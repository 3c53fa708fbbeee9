package org.espalier.bench;

/**
 * A line through measured values, by least squares.
 *
 * @param start its value at the first time
 * @param perUnit what it gains in one unit of time
 */
record Trend(double start, double perUnit) {

  /** Of at least two values at times that differ. */
  static Trend of(double[] times, double[] values) {
    double meanTime = 0;
    double meanValue = 0;
    for (int i = 0; i < times.length; i++) {
      meanTime += times[i] / times.length;
      meanValue += values[i] / times.length;
    }
    double both = 0;
    double square = 0;
    for (int i = 0; i < times.length; i++) {
      both += (times[i] - meanTime) * (values[i] - meanValue);
      square += (times[i] - meanTime) * (times[i] - meanTime);
    }
    if (!(square > 0)) {
      throw new IllegalArgumentException("a line needs two values at times that differ");
    }
    double slope = both / square;
    return new Trend(meanValue + slope * (times[0] - meanTime), slope);
  }
}
