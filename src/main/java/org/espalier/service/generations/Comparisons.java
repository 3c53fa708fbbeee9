package org.espalier.service.generations;

import it.unimi.dsi.fastutil.ints.Int2IntMap;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.generations.Comparison.Mover;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Compares generations, one pair at a time: each is in memory for a while, beside the one that serves. */
@Component
class Comparisons {

  private static final int USERS_MAX = 1000;
  private static final int K_MAX = 100;
  private static final int MOVERS = 10;

  private final Store store;
  private final PlatformThread thread;
  private final Semaphore one = new Semaphore(1);

  Comparisons(Store store, PlatformThread thread) {
    this.store = store;
    this.thread = thread;
  }

  /**
   * Compares two generations.
   *
   * @param k length of the rankings
   * @param users how many users to ask about, at most
   * @param seed of their choice
   * @throws ProblemException INVALID_VALUE; UNAVAILABLE while another comparison runs
   * @throws org.espalier.embeddings.store.StoreException NO_SUCH_GENERATION
   */
  Comparison compare(int a, int b, int k, int users, long seed) {
    if (k < 1 || k > K_MAX || users < 1 || users > USERS_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "k must be 1 to %d and users 1 to %d".formatted(K_MAX, USERS_MAX));
    }
    Manifest first = store.generations().manifest(a);
    Manifest second = store.generations().manifest(b);
    if (!one.tryAcquire()) {
      throw new ProblemException(
          ProblemCode.UNAVAILABLE, "another comparison runs; try again when it is done");
    }
    try {
      return thread.call(() -> compare(first, second, k, users, seed));
    } finally {
      one.release();
    }
  }

  private Comparison compare(Manifest a, Manifest b, int k, int users, long seed) {
    long startNs = System.nanoTime();
    Comparison.Rankings rankings =
        ranks(a) && ranks(b) ? rankings(a.number(), b.number(), k, users, seed) : null;
    return new Comparison(
        side(a), side(b), metrics(a, b), rankings, (System.nanoTime() - startNs) / 1_000_000);
  }

  private static boolean ranks(Manifest manifest) {
    return manifest.table(MfGeneration.ITEMS).isPresent()
        && manifest.table(MfGeneration.USERS).isPresent();
  }

  private static Comparison.Side side(Manifest manifest) {
    return new Comparison.Side(
        manifest.number(),
        manifest.model(),
        GenerationView.bytes(manifest),
        manifest.tables().stream().map(GenerationView::table).toList());
  }

  private static Map<String, Comparison.Values> metrics(Manifest a, Manifest b) {
    TreeSet<String> names = new TreeSet<>(a.metrics().keySet());
    names.addAll(b.metrics().keySet());
    Map<String, Comparison.Values> metrics = new TreeMap<>();
    for (String name : names) {
      Double inA = a.metrics().get(name);
      Double inB = b.metrics().get(name);
      metrics.put(name, new Comparison.Values(inA, inB, change(inA, inB)));
    }
    return metrics;
  }

  private static @Nullable Double change(@Nullable Double from, @Nullable Double to) {
    return from == null || to == null ? null : Double.valueOf(to - from);
  }

  private Comparison.Rankings rankings(int a, int b, int k, int usersMax, long seed) {
    int[] users = sharedUsers(a, b, usersMax, seed);
    int[][] inA = TopLists.of(store.generations(), a, users, k);
    int[][] inB = TopLists.of(store.generations(), b, users, k);
    double overlap = 0;
    int sameFirst = 0;
    for (int u = 0; u < users.length; u++) {
      overlap += overlap(inA[u], inB[u]);
      sameFirst += inA[u].length > 0 && inB[u].length > 0 && inA[u][0] == inB[u][0] ? 1 : 0;
    }
    int asked = Math.max(1, users.length);
    Int2IntMap countsA = counts(inA);
    Int2IntMap countsB = counts(inB);
    return new Comparison.Rankings(
        users.length,
        k,
        overlap / asked,
        (double) sameFirst / asked,
        movers(countsA, countsB, 1),
        movers(countsA, countsB, -1));
  }

  /** A sample of the users of both, each as likely as any other. */
  private int[] sharedUsers(int a, int b, int usersMax, long seed) {
    IntSet known = new IntOpenHashSet();
    store.generations().rows(a, MfGeneration.USERS, (token, _, _, _) -> known.add(token));
    IntArrayList sample = new IntArrayList();
    SplittableRandom random = new SplittableRandom(seed);
    int[] shared = {0};
    store
        .generations()
        .rows(
            b,
            MfGeneration.USERS,
            (token, _, _, _) -> {
              if (known.contains(token)) {
                shared[0]++;
                if (sample.size() < usersMax) {
                  sample.add(token);
                } else {
                  int at = random.nextInt(shared[0]);
                  if (at < usersMax) {
                    sample.set(at, token);
                  }
                }
              }
            });
    return sample.toIntArray();
  }

  private static double overlap(int[] a, int[] b) {
    IntSet of = new IntOpenHashSet(a);
    int both = 0;
    for (int item : b) {
      both += of.contains(item) ? 1 : 0;
    }
    return (double) both / Math.max(1, Math.max(a.length, b.length));
  }

  private static Int2IntMap counts(int[][] lists) {
    Int2IntMap counts = new Int2IntOpenHashMap();
    for (int[] list : lists) {
      for (int item : list) {
        counts.merge(item, 1, Integer::sum);
      }
    }
    return counts;
  }

  /** @param sign 1 for items that enter, -1 for items that leave */
  private List<Mover> movers(Int2IntMap a, Int2IntMap b, int sign) {
    IntSet items = new IntOpenHashSet(a.keySet());
    items.addAll(b.keySet());
    List<Mover> movers = new ArrayList<>();
    items.forEach((int item) -> {
      if (sign * (b.get(item) - a.get(item)) > 0) {
        String id = store.dictionary().token(Field.ENTITY, item);
        movers.add(new Mover(id, a.get(item), b.get(item)));
      }
    });
    movers.sort(
        Comparator.comparingInt((Mover mover) -> sign * (mover.inA() - mover.inB()))
            .thenComparing(Mover::itemId));
    return movers.stream().limit(MOVERS).toList();
  }
}
