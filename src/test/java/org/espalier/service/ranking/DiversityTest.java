package org.espalier.service.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DiversityTest {

  private static final int ITEMS = 3000;
  private static final int DIM = 8;

  @TempDir Path directory;
  private Store store;
  private RecordIndex records;

  @BeforeEach
  void open() {
    store =
        Store.open(
            directory,
            StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0));
    records = new RecordIndex(store);
  }

  @AfterEach
  void close() {
    records.close();
    store.close();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void caps_leave_out_only_items_with_a_value_that_is_used_up(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> genres = genres(random);
    Hits ranking = ranking(random, ITEMS);
    int cap = 1 + random.nextInt(40);
    int wanted = 1 + random.nextInt(400);
    Hits chosen =
        new Diversity("genre", cap, 1)
            .choose(n -> Finder.first(ranking, n), wanted, ITEMS, records, null);
    Map<String, Integer> used = new HashMap<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < ITEMS && expected.size() < wanted; i++) {
      int token = ranking.tokens()[i];
      if (genres.get(token).stream().allMatch(genre -> used.getOrDefault(genre, 0) < cap)) {
        genres.get(token).stream().distinct().forEach(genre -> used.merge(genre, 1, Integer::sum));
        expected.add(token);
      }
    }
    assertThat(chosen.tokens()).containsExactly(expected.stream().mapToInt(i -> i).toArray());
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void marginal_relevance_takes_the_best_of_what_is_left_each_time(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    genres(random);
    int size = 60;
    Hits ranking = ranking(random, size);
    float[] vectors = new float[size * DIM];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    int[] tokens = IntStream.range(0, size - 1).toArray(); // the last has no vector
    double lambda = random.nextDouble();
    try (ArenaTable items =
        ArenaTable.load(
            MultiSizeTable.uniform(
                "item", "entity", DIM, tokens, Arrays.copyOf(vectors, (size - 1) * DIM)))) {
      Hits chosen =
          new Diversity(null, Integer.MAX_VALUE, lambda)
              .choose(n -> Finder.first(ranking, n), 25, size, records, items);
      List<Integer> taken = new ArrayList<>();
      for (int token : chosen.tokens()) {
        double best = worth(ranking, vectors, lambda, taken, token);
        for (int other : ranking.tokens()) {
          if (!taken.contains(other)) {
            assertThat(worth(ranking, vectors, lambda, taken, other))
                .isLessThanOrEqualTo(best + 1e-5);
          }
        }
        taken.add(token);
      }
      assertThat(taken).hasSize(25).doesNotHaveDuplicates();
      Hits plain =
          new Diversity(null, Integer.MAX_VALUE, 1)
              .choose(n -> Finder.first(ranking, n), 25, size, records, items);
      assertThat(plain.tokens()).isEqualTo(Arrays.copyOf(ranking.tokens(), 25));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_first_results_are_the_same_however_many_are_wanted(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    genres(random);
    Hits ranking = ranking(random, ITEMS);
    for (Diversity diversity :
        List.of(
            new Diversity("genre", 3, 1),
            new Diversity("genre", 5, 0.5),
            new Diversity(null, Integer.MAX_VALUE, 0.5))) {
      int[] all =
          diversity.choose(n -> Finder.first(ranking, n), 200, ITEMS, records, null).tokens();
      for (int wanted = 1; wanted < all.length; wanted += 1 + wanted / 3) {
        int[] some =
            diversity.choose(n -> Finder.first(ranking, n), wanted, ITEMS, records, null).tokens();
        assertThat(some).isEqualTo(Arrays.copyOf(all, wanted));
      }
    }
  }

  private static double worth(
      Hits ranking, float[] vectors, double lambda, List<Integer> taken, int token) {
    float low = ranking.scores()[ranking.size() - 1];
    float high = ranking.scores()[0];
    int at =
        IntStream.range(0, ranking.size())
            .filter(i -> ranking.tokens()[i] == token)
            .findFirst()
            .orElseThrow();
    double relevance = (ranking.scores()[at] - low) / (high - low);
    double likeness =
        taken.stream().mapToDouble(other -> cosine(vectors, token, other)).max().orElse(0);
    return lambda * relevance - (1 - lambda) * likeness;
  }

  private static double cosine(float[] vectors, int a, int b) {
    int last = vectors.length / DIM - 1;
    if (a == last || b == last) {
      return 0;
    }
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < DIM; d++) {
      dot += vectors[a * DIM + d] * vectors[b * DIM + d];
      aa += vectors[a * DIM + d] * vectors[a * DIM + d];
      bb += vectors[b * DIM + d] * vectors[b * DIM + d];
    }
    return dot / Math.sqrt(aa * bb);
  }

  /** Popular genres come often; some items have none. */
  private List<List<String>> genres(SplittableRandom random) {
    List<List<String>> genres = new ArrayList<>();
    for (int item = 0; item < ITEMS; item++) {
      List<String> of =
          IntStream.range(0, random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(2))
              .mapToObj(i -> "g" + (int) (12 * random.nextDouble() * random.nextDouble()))
              .toList();
      genres.add(of);
      String json = of.isEmpty() ? "{}" : "{\"genre\":[\"" + String.join("\",\"", of) + "\"]}";
      records.items().put(new CatalogueRecord(item, 1, 0, false, false, List.of(), json));
    }
    return genres;
  }

  private static Hits ranking(SplittableRandom random, int size) {
    int[] tokens = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = tokens[i];
      tokens[i] = tokens[j];
      tokens[j] = kept;
    }
    float[] scores = new float[size];
    float score = 5;
    for (int i = 0; i < size; i++) {
      scores[i] = score;
      score -= (float) random.nextDouble() * 0.01f;
    }
    return new Hits(tokens, scores);
  }
}
