package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.event;
import static org.espalier.embeddings.store.StoreTesting.history;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreConcurrencyTest {

  private static final Logger log = LoggerFactory.getLogger(StoreConcurrencyTest.class);

  @TempDir private Path directory;
  private int liveBefore;

  @BeforeEach
  void remember() {
    liveBefore = StoreLeaks.live();
  }

  @AfterEach
  void nothing_native_is_left() {
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void many_writers_get_dense_unique_ids_and_every_acknowledged_event_is_there_once(long seed)
      throws Exception {
    int writers = 64;
    int rounds = 20;
    long accepted = 0;
    Set<String> users = new HashSet<>();
    try (Store store = Store.open(directory, OPTIONS);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        Callable<Integer> task =
            () -> {
              Random random = new Random(seed * 1000 + writer);
              int stored = 0;
              for (int round = 0; round < rounds; round++) {
                List<Event> events = new ArrayList<>();
                for (int i = random.nextInt(8); i >= 0; i--) {
                  // ids overlap between writers, so that some arrive twice
                  int id = random.nextInt(20_000);
                  events.add(event("e" + id, "u" + id % 500, "i" + id % 300, id));
                }
                AppendResult result = store.append(events);
                stored += result.accepted();
                for (Event each : events) {
                  String id = String.valueOf(each.eventId());
                  assertThat(store.offsets().sequenceOf(id).orElseThrow())
                      .isLessThanOrEqualTo(result.lastSequence());
                  assertThat(store.dictionary().find(Field.USER, each.userId())).isNotNegative();
                }
              }
              return stored;
            };
        running.add(threads.submit(task));
      }
      for (Future<Integer> each : running) {
        accepted += each.get();
      }
      assertThat(store.lastSequence()).isEqualTo(accepted);
    }
    try (Store store = Store.open(directory, OPTIONS)) {
      Dictionary names = store.dictionary();
      for (int id = 0; id < names.size(Field.USER); id++) {
        String user = names.token(Field.USER, id);
        assertThat(users.add(user)).isTrue();
        assertThat(names.find(Field.USER, user)).isEqualTo(id);
      }
      Set<String> ids = new HashSet<>();
      for (long sequence = 1; sequence <= accepted; sequence++) {
        EventLog.LoggedEvent stored = store.events().find(sequence).orElseThrow();
        assertThat(ids.add(stored.eventId().orElseThrow())).isTrue();
        assertThat(stored.user()).isLessThan(names.size(Field.USER));
      }
      assertThat(store.events().find(accepted + 1)).isEmpty();
    }
  }

  @Test
  void a_reader_that_sees_a_row_can_always_name_its_ids() throws Exception {
    try (Store store = Store.open(directory, OPTIONS.withSync(StoreOptions.Sync.OFF));
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      AtomicBoolean done = new AtomicBoolean();
      AtomicLong seen = new AtomicLong();
      store.append(List.of(event(null, "ann", "item 0", 0)));
      Future<?> reader =
          threads.submit(() -> {
            while (!done.get()) {
              store
                  .histories()
                  .latest(
                      0,
                      5,
                      (item, type, value, timeMs, sequence) -> {
                        assertThat(store.dictionary().token(Field.ENTITY, item))
                            .isEqualTo("item " + timeMs);
                        seen.incrementAndGet();
                      });
            }
          });
      for (int i = 1; i < 5000; i++) {
        store.append(List.of(event(null, "ann", "item " + i, i)));
      }
      done.set(true);
      reader.get();
      assertThat(seen).hasPositiveValue();
    }
  }

  @Test
  void closing_under_load_acknowledges_or_refuses_and_loses_nothing() throws Exception {
    List<String> acknowledged = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Store store = Store.open(directory, OPTIONS);
      AtomicLong appended = new AtomicLong();
      List<Future<List<String>>> running =
          IntStream.range(0, 16)
              .mapToObj(w ->
                  threads.submit(() -> {
                    List<String> mine = new ArrayList<>();
                    try {
                      for (int i = 0; ; i++) {
                        String id = w + "-" + i;
                        store.append(List.of(event(id, "u" + w, "i" + i, i)));
                        mine.add(id);
                        appended.incrementAndGet();
                        history(store, "u" + w, 3);
                      }
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessageContaining("closed");
                    }
                    return mine;
                  }))
              .toList();
      while (appended.get() < 200) {
        Thread.onSpinWait();
      }
      store.close();
      for (Future<List<String>> each : running) {
        acknowledged.addAll(each.get());
      }
    }
    try (Store store = Store.open(directory, OPTIONS)) {
      BitSet sequences = new BitSet();
      for (String id : acknowledged) {
        sequences.set((int) store.offsets().sequenceOf(id).orElseThrow());
      }
      assertThat(sequences.cardinality()).isEqualTo(acknowledged.size());
    }
  }

  @Test
  void synced_batches_of_500_are_timed_for_the_log() throws Exception {
    int writers = 4;
    int batches = 20;
    try (Store store = Store.open(directory, StoreOptions.defaults().withFreeDiskBytesMin(0));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long startNs = System.nanoTime();
      List<Future<Integer>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        running.add(
            threads.submit(() -> {
              Random random = new Random(writer);
              int accepted = 0;
              for (int batch = 0; batch < batches; batch++) {
                List<Event> events = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                  events.add(
                      event(
                          writer + "-" + batch + "-" + i,
                          "user-" + random.nextInt(5000),
                          "item-" + random.nextInt(2000),
                          i));
                }
                accepted += store.append(events).accepted();
              }
              return accepted;
            }));
      }
      int total = 0;
      for (Future<Integer> each : running) {
        total += each.get();
      }
      double seconds = (System.nanoTime() - startNs) / 1e9;
      log.info("{} events in batches of 500, synced: {} events/s", total, (long) (total / seconds));
      assertThat(total).isEqualTo(writers * batches * 500);
    }
  }
}
