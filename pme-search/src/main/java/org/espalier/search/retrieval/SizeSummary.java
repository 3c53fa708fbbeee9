package org.espalier.search.retrieval;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who got how much.
 *
 * @param users how many users have each size
 * @param items how many items have each size
 * @param userDeciles mean size of the users in each tenth of activity, the least active first
 * @param itemDeciles mean size of the items in each tenth of popularity, the rarest first
 */
public record SizeSummary(
    Map<Integer, Integer> users,
    Map<Integer, Integer> items,
    List<Double> userDeciles,
    List<Double> itemDeciles) {

  private static final int DECILES = 10;

  /**
   * Sums a support up.
   *
   * @param counts interactions of each token, users first
   */
  public static SizeSummary of(Support support, int[] counts) {
    int[] sizes = support.sizes();
    int users = support.userCount();
    return new SizeSummary(
        histogram(sizes, 0, users),
        histogram(sizes, users, sizes.length),
        deciles(sizes, counts, 0, users),
        deciles(sizes, counts, users, sizes.length));
  }

  private static Map<Integer, Integer> histogram(int[] sizes, int from, int to) {
    Map<Integer, Integer> histogram = new TreeMap<>();
    for (int t = from; t < to; t++) {
      histogram.merge(sizes[t], 1, Integer::sum);
    }
    return histogram;
  }

  private static List<Double> deciles(int[] sizes, int[] counts, int from, int to) {
    int[] order = IntStream.range(from, to).toArray();
    IntArrays.quickSort(
        order,
        (a, b) ->
            counts[a] == counts[b] ? Integer.compare(a, b) : Integer.compare(counts[a], counts[b]));
    List<Double> means = new ArrayList<>();
    for (int d = 0; d < DECILES; d++) {
      int begin = (int) ((long) order.length * d / DECILES);
      int end = (int) ((long) order.length * (d + 1) / DECILES);
      means.add(IntStream.range(begin, end).map(i -> sizes[order[i]]).average().orElse(0));
    }
    return means;
  }
}
