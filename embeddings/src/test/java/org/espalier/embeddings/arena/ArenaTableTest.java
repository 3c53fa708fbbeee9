package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.espalier.embeddings.Allocations;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ArenaTableTest {

  @Test
  void every_use_after_close_throws() {
    ArenaTable table = random(100, 8, 1);
    float[] query = new float[8];
    table.close();
    table.close();
    for (Runnable use :
        List.<Runnable>of(
            () -> table.contains(1),
            () -> table.sizeOf(1),
            table::bytes,
            () -> table.copyVector(1, query, 0),
            () -> table.score(query, new int[1], 1, new float[1]),
            () -> table.publish(1, query, 0, 8),
            () -> table.remove(1),
            () -> ExactSearch.search(table, query, 1, null, null))) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("table item is closed");
    }
  }

  @Test
  void a_search_gives_the_scores_that_scoring_gives_bit_for_bit() {
    try (ArenaTable table = random(3000, 27, 2)) {
      float[] query = gaussians(new Random(3), 27);
      Hits hits = ExactSearch.search(table, query, 500, null, null);
      float[] scores = new float[500];
      table.score(query, hits.tokens(), 500, scores);
      assertThat(scores).containsExactly(hits.scores());
    }
  }

  @Test
  void a_score_that_overflows_to_nan_is_never_returned() {
    try (ArenaTable table = random(10, 2, 4)) {
      table.publish(3, new float[] {Float.MAX_VALUE, -Float.MAX_VALUE}, 0, 2);
      float[] query = {Float.MAX_VALUE, Float.MAX_VALUE};
      Hits hits = ExactSearch.search(table, query, 10, null, null);
      for (float score : hits.scores()) {
        assertThat(score).isNotNaN();
      }
    }
  }

  @Test
  void a_row_that_cannot_be_stored_is_refused_and_changes_nothing() {
    try (ArenaTable table = random(10, 4, 5)) {
      float[] before = new float[4];
      table.copyVector(3, before, 0);
      refused("token 3: value 2 is NaN", table, 3, new float[] {1, 2, Float.NaN, 4}, 4);
      refused("token 3: size 2 is none of the table's", table, 3, new float[] {1, 2}, 2);
      refused("token -7: a token is an id of at least 0", table, -7, new float[4], 4);
      float[] after = new float[4];
      table.copyVector(3, after, 0);
      assertThat(after).containsExactly(before);
      assertThat(table.rowCount()).isEqualTo(10);
    }
  }

  @Test
  void a_search_refuses_what_it_cannot_answer() {
    try (ArenaTable table = random(10, 4, 6)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ExactSearch.search(table, new float[3], 1, null, null))
          .withMessage("a query of 3 values for table item of dim 4");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> ExactSearch.search(table, new float[] {0, Float.NaN, 0, 0}, 1, null, null))
          .withMessage("query[1] is NaN");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ExactSearch.search(table, new float[4], 0, null, null));
      assertThat(ExactSearch.search(table, new float[4], 3, null, null).tokens())
          .as("all tie, the seats are free after errors")
          .containsExactly(0, 1, 2);
    }
  }

  @Test
  void an_empty_table_finds_nothing_and_takes_its_first_row() {
    TableShape shape =
        new TableShape(
            "item", "entity", 4, Projection.NESTED, List.of(new SizeGroup(4, 0, Encoding.FP32)));
    try (ArenaTable table = ArenaTable.create(shape, Basis.identity(4), new float[4])) {
      float[] ones = {1, 1, 1, 1};
      assertThat(ExactSearch.search(table, ones, 5, null, null).size()).isZero();
      table.publish(1_000_000, ones, 0, 4);
      assertThat(ExactSearch.search(table, ones, 5, null, null).tokens())
          .containsExactly(1_000_000);
    }
  }

  @Test
  void replacing_rows_for_ever_needs_no_more_memory() {
    try (ArenaTable table = random(5000, 16, 7)) {
      Random random = new Random(8);
      float[] row = gaussians(random, 16);
      for (int i = 0; i < 10_000; i++) {
        table.publish(random.nextInt(5000), row, 0, 16);
      }
      long bytes = table.bytes();
      for (int i = 0; i < 100_000; i++) {
        table.publish(random.nextInt(5000), row, 0, 16);
      }
      assertThat(table.bytes()).isEqualTo(bytes);
    }
  }

  @Test
  void memory_stays_within_a_sixth_of_the_rows_and_the_index() {
    int rows = 100_000;
    try (ArenaTable table = random(rows, 16, 9)) {
      Random random = new Random(10);
      float[] row = gaussians(random, 16);
      for (int i = 0; i < 100_000; i++) {
        table.publish(random.nextInt(rows), row, 0, 16);
      }
      double stored = rows * 16 * 4.0;
      assertThat((double) table.bytes()).isLessThan(stored * 1.15 + rows * 8.0);
    }
  }

  @Test
  void warm_searches_allocate_their_result_and_nothing_else() {
    try (ArenaTable table = random(2000, 32, 11)) {
      float[] query = gaussians(new Random(12), 32);
      int[] tokens = {5, 7, 1999, 2000};
      float[] scores = new float[4];
      RoaringBitmap few = RoaringBitmap.bitmapOf(1, 2, 3, 900);
      float[] sink = new float[1];
      long result = 2 * (16 + 10 * 4) + 24; // two arrays of ten and their record
      long enough = 1000 * 3 * result + 1000;
      long allocated =
          Allocations.leastOfManyRounds(
              enough,
              () -> {
                for (int i = 0; i < 1000; i++) {
                  sink[0] += once(table, query, tokens, scores, few);
                }
              });
      assertThat(sink[0]).isNotNaN();
      assertThat(allocated).as("1,000 times three results").isLessThanOrEqualTo(enough);
    }
  }

  private static float once(
      ArenaTable table, float[] query, int[] tokens, float[] scores, RoaringBitmap few) {
    table.score(query, tokens, 3, scores);
    return scores[0]
        + ExactSearch.search(table, query, 10, null, few).scores()[0]
        + ExactSearch.search(table, query, 10, few, null).scores()[0]
        + ExactSearch.search(table, query, 10, null, null).scores()[0];
  }

  private static void refused(String what, ArenaTable table, int token, float[] row, int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.publish(token, row, 0, size))
        .withMessage("table item, " + what);
  }

  private static ArenaTable random(int rows, int dim, long seed) {
    int[] tokens = new int[rows];
    for (int i = 0; i < rows; i++) {
      tokens[i] = i;
    }
    return ArenaTable.load(
        MultiSizeTable.uniform(
            "item", "entity", dim, tokens, gaussians(new Random(seed), rows * dim)));
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
