package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.espalier.embeddings.Allocations;
import org.espalier.embeddings.store.RocksSpill;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.SpillTier;
import org.espalier.embeddings.table.TableShape;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
            table::rowMemory,
            () -> ExactSearch.search(table, query, 1, null, null),
            () -> ExactSearch.searchBatch(table, new float[][] {query}, 1, null, null))) {
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

  @ParameterizedTest
  @EnumSource
  void popularity_shaped_rows_take_little_more_than_their_payloads(Encoding encoding) {
    int rows = 1 << 18;
    try (ArenaTable table = ArenaTable.load(popularityShaped(rows, encoding))) {
      Random random = new Random(14);
      float[] row = gaussians(random, 64);
      for (int i = 0; i < 50_000; i++) {
        int token = random.nextInt(rows);
        table.publish(token, row, 0, table.sizeOf(token));
      }
      double stored = table.shape().payloadBytes();
      assertThat((double) table.bytes()).isLessThan(stored * 1.15 + rows * 8.0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_search_of_any_encoding_finds_what_a_plain_loop_finds(Encoding encoding) {
    MultiSizeTable source = popularityShaped(3000, encoding);
    float[] query = gaussians(new Random(15), 64);
    try (ArenaTable table = ArenaTable.load(source)) {
      Hits hits = ExactSearch.search(table, query, 3000, null, null);
      float[] vector = new float[64];
      for (int i = 0; i < 3000; i++) {
        source.copyVector(hits.tokens()[i], vector, 0);
        double score = 0;
        for (int d = 0; d < 64; d++) {
          score += (double) query[d] * vector[d];
        }
        assertThat((double) hits.scores()[i]).isCloseTo(score, within(1e-4));
        assertThat(i == 0 || hits.scores()[i] <= hits.scores()[i - 1]).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void warm_searches_of_any_encoding_allocate_their_result_and_nothing_else(Encoding encoding) {
    try (ArenaTable table = ArenaTable.load(popularityShaped(2000, encoding))) {
      float[] query = gaussians(new Random(19), 64);
      int[] tokens = {5, 7, 1999};
      float[] scores = new float[3];
      float[] sink = new float[1];
      long result = 2 * (16 + 10 * 4) + 24; // two arrays of ten and their record
      long enough = 1000 * result + 1000;
      long allocated =
          Allocations.leastOfManyRounds(
              enough,
              () -> {
                for (int i = 0; i < 1000; i++) {
                  table.score(query, tokens, 3, scores);
                  sink[0] += ExactSearch.search(table, query, 10, null, null).scores()[0];
                }
              });
      assertThat(sink[0]).isNotNaN();
      assertThat(allocated).as("1,000 results").isLessThanOrEqualTo(enough);
    }
  }

  @Test
  void a_value_that_the_encoding_cannot_hold_is_refused_and_changes_nothing() {
    MultiSizeTable source =
        MultiSizeTable.uniform("item", "entity", 2, new int[] {3}, new float[] {1, 2});
    try (ArenaTable table = ArenaTable.load(source.encoded(Encoding.FP16))) {
      refused(
          "token 3: value 1 is 70000.0, which is too large for FP16",
          table,
          3,
          new float[] {5, 70_000},
          2);
      float[] vector = new float[2];
      table.copyVector(3, vector, 0);
      assertThat(vector).containsExactly(1, 2);
    }
  }

  @Test
  void a_reader_that_stays_makes_publishing_wait_and_then_fail_with_bounded_memory() {
    ArenaMemory impatient = new ArenaMemory(Long.MAX_VALUE, null, Duration.ofMillis(20));
    MultiSizeTable source = popularityShaped(2000, Encoding.FP32);
    try (ArenaTable table = ArenaTable.load(source, impatient)) {
      float[] row = new float[64];
      int token = 0;
      int size = table.sizeOf(token);
      long before = table.bytes();
      Readers.Seat stalled = table.enter();
      int published = 0;
      try {
        while (published < 1_000_000) {
          row[0] = published;
          table.publish(token, row, 0, size);
          published++;
        }
      } catch (IllegalStateException e) {
        assertThat(e)
            .hasMessageContaining("replaced rows of size " + size + " wait for a reader")
            .hasMessageContaining("nothing was published");
      }
      assertThat(published).isBetween(ArenaWriter.RETIRED_MIN, 4 * ArenaWriter.RETIRED_MIN);
      assertThat(table.bytes() - before).isLessThan(4L * ArenaWriter.RETIRED_MIN * (size * 4 + 5));
      float[] vector = new float[64];
      table.copyVector(token, vector, 0);
      assertThat(vector[0]).as("the last that was published").isEqualTo(published - 1);
      stalled.leave();
      table.publish(token, row, 0, size);
      assertThat(table.copyVector(token, vector, 0)).isTrue();
      assertThat(vector[0]).isEqualTo(published);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rows_beyond_the_ceiling_are_found_and_come_back_when_others_go(
      Encoding encoding, @TempDir Path directory) {
    MultiSizeTable source = popularityShaped(5000, encoding);
    long ceiling = source.shape().payloadBytes() / 2;
    float[] query = gaussians(new Random(16), 64);
    try (ArenaTable all = ArenaTable.load(source);
        ArenaTable some =
            ArenaTable.load(
                source, ArenaMemory.ceiling(ceiling, RocksSpill.open(directory, 8 << 20)))) {
      int spilled = some.spilledRowCount();
      assertThat(spilled).isBetween(1000, 4999);
      assertSame(all, some, query);
      for (int token = 0; token < 5000; token += 2) {
        assertThat(some.remove(token)).isTrue();
        all.remove(token);
      }
      assertSame(all, some, query);
      assertThat(some.spilledRowCount()).isLessThan(spilled / 2);
      float[] row = gaussians(new Random(17), 64);
      for (int token = 1; token < 5000; token += 2) { // a stalled reader would not make it wait
        int size = all.sizeOf(token);
        all.publish(token, row, 0, size);
        some.publish(token, row, 0, size);
      }
      assertSame(all, some, query);
    }
    assertThat(directory)
        .satisfiesAnyOf(d -> assertThat(d).doesNotExist(), d -> assertThat(d).isEmptyDirectory());
  }

  @Test
  void a_reader_that_stays_makes_rows_spill_under_a_ceiling(@TempDir Path directory) {
    MultiSizeTable source = popularityShaped(2000, Encoding.INT8);
    try (ArenaTable table =
        ArenaTable.load(
            source, ArenaMemory.ceiling(1 << 20, RocksSpill.open(directory, 8 << 20)))) {
      assertThat(table.spilledRowCount()).isZero();
      int size = table.sizeOf(0);
      float[] row = new float[64];
      Readers.Seat stalled = table.enter();
      for (int i = 0; i < 100_000; i++) {
        row[0] = i;
        table.publish(i % 10, row, 0, size);
        if (table.spilledRowCount() > 0) {
          break;
        }
      }
      assertThat(table.spilledRowCount()).isPositive();
      stalled.leave();
      table.publish(11, row, 0, size);
      assertThat(table.spilledRowCount()).as("there is room again").isZero();
    }
  }

  @Test
  void every_use_of_spilled_rows_after_close_throws(@TempDir Path directory) {
    MultiSizeTable source = popularityShaped(500, Encoding.INT8);
    RocksSpill tier = RocksSpill.open(directory, 8 << 20);
    ArenaTable table = ArenaTable.load(source, ArenaMemory.ceiling(0, tier));
    assertThat(table.spilledRowCount()).isEqualTo(500);
    Readers.Seat inside = table.enter();
    table.close();
    float[] query = new float[64];
    for (Runnable use :
        List.<Runnable>of(
            () -> table.sizeOf(1),
            () -> table.copyVector(1, query, 0),
            () -> table.score(query, new int[1], 1, new float[1]),
            () -> table.remove(1),
            () -> ExactSearch.search(table, query, 1, null, null))) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("table item is closed");
    }
    assertThatThrownBy(() -> table.spilled().find(1, inside.buffers().spilled))
        .as("a reader that close overtook")
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tier.remove(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_tier_that_fails_leaves_the_table_as_it_was() {
    FailingTier tier = new FailingTier();
    MultiSizeTable source = popularityShaped(300, Encoding.INT8);
    try (ArenaTable table = ArenaTable.load(source, ArenaMemory.ceiling(3000, tier))) {
      int spilled = table.spilledRowCount();
      assertThat(spilled).isBetween(10, 290);
      int size = table.sizeOf(299);
      float[] before = new float[64];
      float[] after = new float[64];
      table.copyVector(299, before, 0);
      tier.fails = true;
      assertThatThrownBy(() -> table.publish(299, new float[64], 0, size))
          .isInstanceOf(UncheckedIOException.class);
      assertThatThrownBy(() -> table.publish(1000, new float[64], 0, size))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(table.contains(1000)).isFalse();
      assertThat(table.rowCount()).isEqualTo(300);
      assertThat(table.spilledRowCount()).isEqualTo(spilled);
      table.copyVector(299, after, 0);
      assertThat(after).containsExactly(before);
      tier.fails = false;
      table.publish(1000, new float[64], 0, size);
      assertThat(table.sizeOf(1000)).isEqualTo(size);
    }
    assertThat(tier.closed).isTrue();
  }

  @Test
  void a_row_that_the_tier_did_not_give_up_never_comes_back() {
    FailingTier tier = new FailingTier();
    MultiSizeTable source = popularityShaped(300, Encoding.FP32);
    try (ArenaTable table = ArenaTable.load(source, ArenaMemory.ceiling(6000, tier))) {
      assertThat(table.spilledRowCount()).isPositive();
      int size = table.sizeOf(299);
      assertThat(tier.rows).containsKey(299);
      tier.failsToRemove = true;
      assertThatThrownBy(() -> table.remove(299)).isInstanceOf(UncheckedIOException.class);
      assertThat(table.contains(299)).isFalse();
      assertThat(table.rowCount()).isEqualTo(299);
      tier.failsToRemove = false;
      for (int token = 0; token < 299; token++) {
        table.remove(token);
      }
      assertThat(table.rowCount()).isZero();
      assertThat(ExactSearch.search(table, new float[64], 9, null, null).size()).isZero();
      float[] row = gaussians(new Random(18), 64);
      float[] vector = new float[64];
      table.publish(299, row, 0, size);
      for (int token = 300; token < 400; token++) {
        table.publish(token, row, 0, size);
        assertThat(table.copyVector(299, vector, 0)).isTrue();
        assertThat(vector[0]).isEqualTo(row[0]);
      }
    }
  }

  /** Rows in a map; writes fail on demand. */
  private static final class FailingTier implements SpillTier {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(int size, Encoding encoding, byte[] payload) {
      void visit(int token, RowVisitor visitor) {
        visitor.row(token, size, encoding, payload);
      }
    }

    private final TreeMap<Integer, Row> rows = new TreeMap<>();
    private boolean fails;
    private boolean failsToRemove;
    private boolean closed;

    @Override
    public void put(int token, int size, Encoding encoding, byte[] payload) {
      if (fails) {
        throw new UncheckedIOException(new IOException("no space left"));
      }
      rows.put(token, new Row(size, encoding, payload.clone()));
    }

    @Override
    public void remove(int token) {
      if (failsToRemove) {
        throw new UncheckedIOException(new IOException("no space left"));
      }
      rows.remove(token);
    }

    @Override
    public boolean row(int token, RowVisitor visitor) {
      Row row = rows.get(token);
      if (row != null) {
        row.visit(token, visitor);
      }
      return row != null;
    }

    @Override
    public void rows(int[] tokens, int count, RowVisitor visitor) {
      for (int i = 0; i < count; i++) {
        row(tokens[i], visitor);
      }
    }

    @Override
    public void forEachRow(RowVisitor visitor) {
      rows.forEach((token, row) -> row.visit(token, visitor));
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** The first tokens, the popular ones, have long rows and most have short ones: an eighth is kept. */
  private static MultiSizeTable popularityShaped(int rows, Encoding encoding) {
    Random random = new Random(13);
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", 64).encoding(encoding).sizes(2, 4, 8, 16, 32, 64);
    for (int token = 0; token < rows; token++) {
      int size = Math.clamp(64L * rows / (12L * (token + 1)), 2, 64);
      size = Integer.highestOneBit(size);
      builder.add(token, gaussians(random, size), 0, size);
    }
    return builder.build();
  }

  private static void assertSame(ArenaTable expected, ArenaTable actual, float[] query) {
    assertThat(actual.rowCount()).isEqualTo(expected.rowCount());
    Hits wanted = ExactSearch.search(expected, query, 5000, null, null);
    Hits found = ExactSearch.search(actual, query, 5000, null, null);
    assertThat(found.tokens()).containsExactly(wanted.tokens());
    assertThat(found.scores()).as("bit for bit").containsExactly(wanted.scores());
    float[] scores = new float[wanted.size()];
    actual.score(query, wanted.tokens(), wanted.size(), scores);
    assertThat(scores).containsExactly(wanted.scores());
    float[] one = new float[64];
    float[] other = new float[64];
    for (int token = 0; token < 5000; token++) {
      assertThat(actual.sizeOf(token)).isEqualTo(expected.sizeOf(token));
      expected.copyVector(token, one, 0);
      actual.copyVector(token, other, 0);
      assertThat(other).containsExactly(one);
    }
  }

  @Test
  void a_warm_batch_allocates_its_results_and_nothing_else() {
    try (ArenaTable table = random(2000, 32, 13)) {
      float[][] queries = {
        gaussians(new Random(14), 32), gaussians(new Random(15), 32), gaussians(new Random(16), 32)
      };
      RoaringBitmap few = RoaringBitmap.bitmapOf(1, 2, 3, 900);
      float[] sink = new float[1];
      long result =
          3 * (2 * (16 + 10 * 4) + 24) + 32; // three of what one search gives, in an array
      long enough = 1000 * 2 * result + 1000;
      long allocated =
          Allocations.leastOfManyRounds(
              enough,
              () -> {
                for (int i = 0; i < 1000; i++) {
                  sink[0] += batchOnce(table, queries, few);
                }
              });
      assertThat(sink[0]).isNotNaN();
      assertThat(allocated).as("1,000 times two results").isLessThanOrEqualTo(enough);
    }
  }

  private static float batchOnce(ArenaTable table, float[][] queries, RoaringBitmap few) {
    return ExactSearch.searchBatch(table, queries, 10, null, few)[2].scores()[0]
        + ExactSearch.searchBatch(table, queries, 10, few, null)[1].scores()[0];
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
