package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory that the options grant is the memory that is used. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreBudgetsTest {

  private static final long WRITE_BUFFER_BYTES = 2L << 20;

  @TempDir private Path directory;

  private static StoreOptions options(long blockCacheBytes) {
    return new StoreOptions(
        StoreOptions.Sync.OFF, 0, 1024, 4096, 0, blockCacheBytes, WRITE_BUFFER_BYTES);
  }

  @ParameterizedTest(name = "{0} MiB")
  @ValueSource(ints = {4, 16})
  void rows_read_one_by_one_fill_the_block_cache_and_no_more(int megabytes) {
    int rows = 100_000;
    int dim = 64; // 25 MB
    int[] tokens = IntStream.range(0, rows).toArray();
    long budget = (long) megabytes << 20;
    try (Store store = Store.open(directory, options(budget))) {
      try (GenerationWriter writer = store.generations().begin()) {
        writer
            .table(MultiSizeTable.uniform("item", "entity", dim, tokens, new float[rows * dim]))
            .commit(draft("mf", 1));
      }
      RowLookup lookup = store.generations().lookup(1, "item");
      Random random = new Random(1);
      for (int round = 0; round < 20; round++) {
        lookup.rows(random.ints(2000, 0, rows).toArray(), (token, size, encoding, payload) -> {});
      }
      assertThat(store.statistics().blockCacheBytes()).isBetween(budget * 3 / 4, budget * 11 / 10);
    }
  }

  /** The budget says when to flush; what is being flushed comes on top of it. */
  @Test
  void the_write_buffer_decides_when_rows_go_to_table_files() {
    assertThat(tableBytesAfterWriting(directory.resolve("small"), 2L << 20)).isPositive();
    assertThat(tableBytesAfterWriting(directory.resolve("large"), 64L << 20)).isZero();
  }

  /** Writes about 10 MB over all families. */
  private static long tableBytesAfterWriting(Path store, long writeBufferBytes) {
    StoreOptions options =
        new StoreOptions(
            StoreOptions.Sync.OFF, 0, 1024, 4096, 0, writeBufferBytes, writeBufferBytes);
    try (Store open = Store.open(store, options)) {
      for (int from = 0; from < 60_000; from += 1000) {
        open.append(
            IntStream.range(from, from + 1000)
                .mapToObj(i -> event("event-" + i, "user-" + i % 500, "item-" + i % 3000, i))
                .toList());
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20); // a flush may lag
      long bytes;
      do {
        bytes = open.statistics().tableBytesByFamily().getOrDefault("events", 0L);
      } while (bytes == 0 && writeBufferBytes < 8 << 20 && System.nanoTime() < deadline);
      return bytes;
    }
  }
}
