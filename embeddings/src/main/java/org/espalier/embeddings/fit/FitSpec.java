package org.espalier.embeddings.fit;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.Encoding;

/**
 * What a fit is asked for.
 *
 * @param keep the share of the full table's numbers that may be stored, the rotation and the default
 *     row among them; over 0, at most 1
 * @param sizes the sizes that rows may have, 0 to D, ascending
 * @param encoding of every row
 * @param measuredQueries how many queries the quality is measured on; 0 to measure none
 * @param seed of the choice of these queries
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FitSpec(double keep, int[] sizes, Encoding encoding, int measuredQueries, long seed) {

  private static final int SIZES_MAX = 100;

  public FitSpec {
    if (!(keep > 0 && keep <= 1)) {
      throw new IllegalArgumentException(
          "keep is %s; it must be over 0 and at most 1".formatted(keep));
    }
    sizes = Arrays.stream(sizes).sorted().distinct().toArray();
    if (sizes.length == 0 || sizes.length > SIZES_MAX || sizes[0] < 0) {
      throw new IllegalArgumentException(
          "sizes %s: 1 to %d numbers of at least 0 are needed"
              .formatted(Arrays.toString(sizes), SIZES_MAX));
    }
    if (measuredQueries < 0) {
      throw new IllegalArgumentException("measuredQueries is " + measuredQueries);
    }
  }

  /** Sizes 0, 1, 2, 4 … D in single precision, measured on 100 queries. */
  public static FitSpec of(double keep, int dim) {
    return new FitSpec(keep, defaultSizes(dim), Encoding.FP32, 100, 1);
  }

  /** 0, 1, 2, 4 … D. */
  public static int[] defaultSizes(int dim) {
    return IntStream.concat(
            IntStream.iterate(1, size -> size < dim, size -> size * 2), IntStream.of(0, dim))
        .sorted()
        .toArray();
  }
}
