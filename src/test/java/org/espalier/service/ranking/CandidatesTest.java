package org.espalier.service.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CandidatesTest {

  @TempDir Path directory;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void order_is_by_score_whatever_its_sign_and_then_by_place(long seed) {
    Random random = new Random(seed);
    StoreOptions options =
        StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);
    try (Store store = Store.open(directory, options)) {
      int count = 500;
      store.append(
          IntStream.range(0, count)
              .mapToObj(i -> new Event(null, "click", "u", "i" + i, 1, i, null, null))
              .toList());
      List<RankRequest.Candidate> requested =
          IntStream.range(0, count).mapToObj(i -> new RankRequest.Candidate("i" + i)).toList();
      Candidates candidates = new Candidates(requested, store.dictionary(), _ -> true);
      float[] awkward = {
        0f,
        -0f,
        1e-40f,
        -1e-40f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        1f,
        -1f,
        Float.NaN
      };
      float[] scores = new float[count];
      for (int i = 0; i < count; i++) {
        scores[i] =
            random.nextInt(3) == 0
                ? awkward[random.nextInt(awkward.length)]
                : (float) random.nextGaussian();
      }
      Hits hits = candidates.rank(scores);
      int[] wanted =
          IntStream.range(0, count)
              .filter(i -> !Float.isNaN(scores[i]))
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(i -> -(scores[i] + 0.0))
                      .thenComparing(Comparator.naturalOrder()))
              .mapToInt(i -> candidates.tokens()[i])
              .toArray();
      assertThat(hits.tokens()).isEqualTo(wanted);
      assertThat(candidates.unknown()).hasSize(count - wanted.length);
      assertThat(Arrays.stream(hits.tokens()).distinct().count()).isEqualTo(wanted.length);
    }
  }
}
