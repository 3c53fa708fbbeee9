package org.espalier.search.size;

import java.util.Arrays;
import org.espalier.search.model.Projecting;

/**
 * What the stream says of the sizes that users and items deserve, between two searches: decayed sums, fed event by
 * event. When user u takes item i, the loss is about to be changed along the other's coordinates, so coordinate k of
 * the user gathers {@code v_ik²} and that of the item {@code u_uk²}: the diagonal of the Gauss–Newton matrix of a
 * squared score error over the events. The saliency of a stored number w is {@code w²} times its sum.
 *
 * <p>A sum halves every {@code halfLife} events of the whole stream. It is not the sums that fall but the events that
 * weigh more and more, until all are scaled back, so an event touches two rows and nothing else.
 *
 * <p>Memory is {@code 4 · space} bytes a token, in pages of 1,024 tokens that come with their first event; tokens from
 * {@code tokensMax} on are counted and otherwise ignored. One thread adds, any thread asks.
 */
public final class StreamSaliency {

  /** The active tables' rows. */
  @FunctionalInterface
  public interface Rows {
    /**
     * Copies a token's row.
     *
     * @param target at least as long as the space
     * @return the row's size, 0 for a token without one of its own, -1 for one that the table does not have
     */
    int copyRow(int token, float[] target);
  }

  private static final int PAGE_TOKENS = 1 << 10;

  /** Sums are scaled back before an event's weight passes this: far from the end of a float. */
  private static final double WEIGHT_MAX = 0x1p60;

  private final int space;
  private final double growth; // of an event's weight over that of the event before
  private final Side users;
  private final Side items;
  private double weight = 1;
  private long events;
  private long ignored;

  /**
   * @param space coordinates of the active tables
   * @param halfLife events after which an event counts half, above 0
   * @param tokensMax tokens of each table that are followed at most
   */
  public StreamSaliency(int space, double halfLife, int tokensMax, Rows users, Rows items) {
    if (space < 1 || !(halfLife > 0) || tokensMax < 1) {
      throw new IllegalArgumentException(
          "space=%d and tokensMax=%d must be at least 1, halfLife=%s above 0"
              .formatted(space, tokensMax, halfLife));
    }
    this.space = space;
    this.growth = Math.pow(2, 1 / halfLife);
    this.users = new Side(users, space, tokensMax);
    this.items = new Side(items, space, tokensMax);
  }

  /** Counts one event. */
  public synchronized void add(int user, int item) {
    events++;
    if (!users.follows(user) || !items.follows(item)) {
      ignored++;
      return;
    }
    weight *= growth;
    if (weight > WEIGHT_MAX) {
      users.scale((float) (1 / weight));
      items.scale((float) (1 / weight));
      weight = 1;
    }
    users.load(user);
    items.load(item);
    users.gather(user, items.row, (float) weight);
    items.gather(item, users.row, (float) weight);
  }

  /** Events counted so far. */
  public synchronized long events() {
    return events;
  }

  /** Of them, those of tokens beyond the bound. */
  public synchronized long ignored() {
    return ignored;
  }

  /** Bytes that the sums take. */
  public synchronized long bytes() {
    return users.bytes() + items.bytes();
  }

  /**
   * The decayed sum of a user's coordinate, as of the last event.
   *
   * @param coordinate below the space
   */
  public synchronized double userSum(int user, int coordinate) {
    return users.sum(user, coordinate) / weight;
  }

  /** All of a user's sums together: how much of the events, as of the last one, is his. */
  public synchronized double userActivity(int user) {
    double sum = 0;
    for (int k = 0; k < space; k++) {
      sum += users.sum(user, k);
    }
    return sum / weight;
  }

  /**
   * How much each of some users counts by what the stream has seen of him lately: half for all alike, half in proportion
   * to his decayed events; 1 for all when nothing is known.
   */
  public float[] userWeights(int[] users) {
    double[] activity = new double[users.length];
    Arrays.setAll(activity, u -> userActivity(users[u]));
    double mean = Arrays.stream(activity).average().orElse(0);
    float[] weights = new float[users.length];
    for (int u = 0; u < weights.length; u++) {
      weights[u] = mean > 0 ? (float) (0.5 + 0.5 * activity[u] / mean) : 1;
    }
    return weights;
  }

  /** The decayed sum of an item's coordinate. */
  public synchronized double itemSum(int item, int coordinate) {
    return items.sum(item, coordinate) / weight;
  }

  /**
   * The best sizes of the tokens that the stream has named, under a budget of numbers. A number that a token does not
   * store is taken to be as large as those of the tokens that store it, in proportion to the rest of the row.
   */
  public synchronized StreamSizes best(long budget) {
    int userCount = users.end();
    int itemCount = items.end();
    double[] saliency = new double[Math.multiplyExact(userCount + itemCount, space)];
    users.saliency(saliency, 0, 1 / weight);
    items.saliency(saliency, userCount * space, 1 / weight);
    int[] largest = new int[userCount + itemCount];
    Arrays.fill(largest, space);
    int[] allowed = new int[space + 1];
    Arrays.setAll(allowed, size -> size);
    int[] sizes =
        new SizeAllocator(
                GainCurves.ofPrefixes(saliency, space),
                Projecting.NESTED,
                new int[largest.length],
                largest)
            .allocate(allowed, budget)
            .sizes();
    return new StreamSizes(
        Arrays.copyOf(sizes, userCount),
        Arrays.copyOfRange(sizes, userCount, sizes.length),
        budget);
  }

  /** One table. */
  private static final class Side {
    private final Rows rows;
    private final int space;
    private final int tokensMax;
    final float[] row; // of the token at hand, zero beyond its size
    private float[][] pages = {};
    private int end; // behind the largest token that was named

    Side(Rows rows, int space, int tokensMax) {
      this.rows = rows;
      this.space = space;
      this.tokensMax = tokensMax;
      this.row = new float[space];
    }

    boolean follows(int token) {
      return token >= 0 && token < tokensMax;
    }

    void load(int token) {
      Arrays.fill(row, 0);
      rows.copyRow(token, row);
    }

    void gather(int token, float[] other, float weight) {
      float[] page = page(token);
      int at = token % PAGE_TOKENS * space;
      for (int k = 0; k < space; k++) {
        page[at + k] += weight * other[k] * other[k];
      }
      end = Math.max(end, token + 1);
    }

    private float[] page(int token) {
      int p = token / PAGE_TOKENS;
      if (p >= pages.length) {
        int before = pages.length;
        pages = Arrays.copyOf(pages, Math.max(p + 1, 2 * before));
        Arrays.fill(pages, before, pages.length, new float[0]);
      }
      if (pages[p].length == 0) {
        pages[p] = new float[PAGE_TOKENS * space];
      }
      return pages[p];
    }

    double sum(int token, int coordinate) {
      int p = token / PAGE_TOKENS;
      return p >= pages.length || pages[p].length == 0
          ? 0
          : pages[p][token % PAGE_TOKENS * space + coordinate];
    }

    void scale(float factor) {
      for (float[] page : pages) {
        for (int i = 0; i < page.length; i++) {
          page[i] *= factor;
        }
      }
    }

    long bytes() {
      return Arrays.stream(pages).mapToLong(page -> (long) Float.BYTES * page.length).sum();
    }

    int end() {
      return end;
    }

    /** Writes the saliency of every token below {@link #end} from {@code saliency[at]} on. */
    void saliency(double[] saliency, int at, double factor) {
      double[] meanSquares = meanSquares();
      for (int token = 0; token < end; token++) {
        Arrays.fill(row, 0);
        int size = Math.max(0, rows.copyRow(token, row));
        double stored = 0;
        double usual = 0;
        for (int k = 0; k < size; k++) {
          stored += (double) row[k] * row[k];
          usual += meanSquares[k];
        }
        double ratio = usual > 0 ? stored / usual : 1;
        for (int k = 0; k < space; k++) {
          double square = k < size ? (double) row[k] * row[k] : ratio * meanSquares[k];
          saliency[at + token * space + k] = factor * sum(token, k) * square;
        }
      }
    }

    /** Of each coordinate, over the tokens that the stream has named and that store it. */
    private double[] meanSquares() {
      double[] means = new double[space];
      int[] owners = new int[space];
      for (int token = 0; token < end; token++) {
        Arrays.fill(row, 0);
        int size = Math.max(0, rows.copyRow(token, row));
        for (int k = 0; k < size; k++) {
          means[k] += (double) row[k] * row[k];
          owners[k]++;
        }
      }
      for (int k = 0; k < space; k++) {
        means[k] /= Math.max(1, owners[k]);
      }
      return means;
    }
  }
}
