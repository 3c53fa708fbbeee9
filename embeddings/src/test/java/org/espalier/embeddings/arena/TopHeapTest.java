package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TopHeapTest {

  private record Pair(float score, int token) {}

  @ParameterizedTest(name = "k={0} n={1} seed={2}")
  @CsvSource({"1,0,1", "1,50,2", "7,5,3", "7,7,4", "10,1000,5", "130,1000,6", "5000,6000,7"})
  void it_keeps_what_a_full_sort_keeps(int k, int n, long seed) {
    Random random = new Random(seed);
    TopHeap heap = new TopHeap();
    for (int round = 0; round < 3; round++) { // the same heap again and again
      List<Pair> all = new ArrayList<>();
      heap.reset(k);
      for (int i = 0; i < n; i++) {
        Pair pair = new Pair(random.nextInt(20), random.nextInt()); // many ties
        all.add(pair);
        heap.offer(pair.score(), pair.token());
      }
      all.sort(Comparator.comparingDouble((Pair s) -> -s.score()).thenComparingInt(Pair::token));
      List<Pair> best = all.subList(0, Math.min(k, n));
      Hits hits = heap.drain();
      assertThat(hits.size()).isEqualTo(best.size());
      for (int i = 0; i < best.size(); i++) {
        assertThat(new Pair(hits.scores()[i], hits.tokens()[i])).isEqualTo(best.get(i));
      }
    }
  }

  @Test
  void nan_never_enters_and_the_infinities_do() {
    TopHeap heap = new TopHeap();
    heap.reset(3);
    heap.offer(Float.NaN, 1);
    heap.offer(Float.NEGATIVE_INFINITY, 2);
    heap.offer(Float.POSITIVE_INFINITY, 3);
    heap.offer(Float.NaN, 4);
    assertThat(heap.holds(2)).isTrue();
    assertThat(heap.holds(1)).isFalse();
    assertThat(heap.drain().tokens()).containsExactly(3, 2);
  }
}
