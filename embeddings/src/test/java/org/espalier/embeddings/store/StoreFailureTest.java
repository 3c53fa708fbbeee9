package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.edges;
import static org.espalier.embeddings.store.StoreTesting.event;
import static org.espalier.embeddings.store.StoreTesting.history;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Status;

/** What is left when writes fail. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreFailureTest {

  @TempDir private Path directory;
  private final FaultyDisk disk = new FaultyDisk();
  private int liveBefore;
  private Store store;

  @BeforeEach
  void open() {
    liveBefore = StoreLeaks.live();
    store = Store.open(directory, UNSYNCED, disk);
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  @Test
  void a_failed_write_leaves_nothing_and_the_next_one_succeeds() {
    store.append(List.of(event("e1", "ann", "dune", 1)));
    disk.failWith(Status.Code.IOError);
    assertThatThrownBy(() ->
            store.append(
                List.of(event("e2", "bob", "emma", 2)), new SourcePosition("clicks/0", 0, 7)))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IO))
        .hasMessageContaining("cannot write to " + directory);
    assertThat(store.lastSequence()).isEqualTo(1);
    assertThat(store.dictionary().find(Field.USER, "bob")).isEqualTo(-1);
    assertThat(store.dictionary().size(Field.ENTITY)).isEqualTo(1);
    assertThat(store.offsets().sequenceOf("e2")).isEmpty();
    assertThat(store.offsets().next("clicks/0")).isEmpty();
    assertThat(store.counts().total(1)).isZero();

    disk.heal();
    assertThat(store.append(List.of(event("e3", "cat", "dune", 3), event("e2", "bob", "emma", 4))))
        .isEqualTo(new AppendResult(2, 0, 3));
    store.close();
    store = Store.open(directory, UNSYNCED, disk);
    assertThat(store.dictionary().find(Field.USER, "cat")).isEqualTo(1);
    assertThat(store.dictionary().find(Field.USER, "bob")).isEqualTo(2);
    assertThat(edges(store))
        .containsExactly(
            "ann interacts dune 1.0 @1", "cat interacts dune 1.0 @3", "bob interacts emma 1.0 @4");
    assertThat(store.counts().total(0)).isEqualTo(2);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void after_any_mix_of_failed_and_good_writes_exactly_the_good_ones_are_there(long seed) {
    Random random = new Random(seed);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean broken = random.nextInt(3) == 0;
      if (broken) {
        disk.failWith(random.nextBoolean() ? Status.Code.IOError : Status.Code.Corruption);
      }
      String item = "i" + random.nextInt(100);
      Event event = event("e" + i, "ann", item, i);
      if (broken) {
        assertThatThrownBy(() -> store.append(List.of(event))).isInstanceOf(StoreException.class);
        disk.heal();
      } else {
        store.append(List.of(event));
        expected.addFirst(item + " 1.0 @" + i);
      }
      if (random.nextInt(50) == 0) {
        store.close();
        store = Store.open(directory, UNSYNCED, disk);
      }
    }
    assertThat(history(store, "ann", 1000)).isEqualTo(expected);
    assertThat(store.lastSequence()).isEqualTo(expected.size());
    assertThat(store.verify().problems()).isEmpty();
    assertThat(store.dictionary().size(Field.ENTITY))
        .isEqualTo(
            (int)
                expected.stream()
                    .map(line -> line.substring(0, line.indexOf(" ")))
                    .distinct()
                    .count());
  }

  @Test
  void only_the_callers_of_the_failed_group_fail_and_a_refused_one_fails_alone() throws Exception {
    store.append(List.of(), new SourcePosition("clicks/0", 0, 5));
    CountDownLatch gate = new CountDownLatch(1);
    disk.hold(gate);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<AppendResult> first =
          callers.submit(() -> store.append(List.of(event(null, "ann", "dune", 1))));
      Future<AppendResult> second =
          callers.submit(() -> store.append(List.of(event(null, "bob", "dune", 1))));
      Future<AppendResult> stale =
          callers.submit(() ->
              store.append(
                  List.of(event(null, "cat", "dune", 1)), new SourcePosition("clicks/0", 0, 3)));
      gate.countDown();
      assertThat(first.get().accepted()).isEqualTo(1);
      assertThat(second.get().accepted()).isEqualTo(1);
      assertThatThrownBy(stale::get)
          .hasCauseInstanceOf(StoreException.class)
          .hasMessageContaining("clicks/0 is at 5");
    }
    assertThat(store.lastSequence()).isEqualTo(2);
  }

  @Test
  void writers_that_come_during_a_sync_share_the_next_one() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    int before = disk.writes();
    disk.hold(gate);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<AppendResult>> running =
          IntStream.range(0, 200)
              .mapToObj(
                  i -> callers.submit(() -> store.append(List.of(event(null, "u" + i, "dune", 1)))))
              .toList();
      while (store.waitingRows() < 200) {
        Thread.onSpinWait();
      }
      gate.countDown();
      for (Future<AppendResult> each : running) {
        assertThat(each.get().accepted()).isEqualTo(1);
      }
    }
    assertThat(disk.writes() - before).isBetween(1, 2);
  }

  @Test
  void a_full_queue_makes_callers_wait_and_loses_none() throws Exception {
    store.close();
    StoreOptions small = new StoreOptions(StoreOptions.Sync.OFF, 0, 4, 8, 0, 16L << 20, 8L << 20);
    store = Store.open(directory, small, disk);
    CountDownLatch gate = new CountDownLatch(1);
    disk.hold(gate);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<AppendResult>> running =
          IntStream.range(0, 100)
              .mapToObj(i ->
                  callers.submit(() ->
                      store.append(
                          List.of(
                              event(null, "ann", "i" + i, i),
                              event(null, "bob", "i" + i, i),
                              event(null, "cat", "i" + i, i)))))
              .toList();
      while (store.waitingRows() < 6) {
        Thread.onSpinWait();
      }
      assertThat(store.waitingRows()).isLessThanOrEqualTo(8);
      gate.countDown();
      for (Future<AppendResult> each : running) {
        assertThat(each.get().accepted()).isEqualTo(3);
      }
    }
    assertThat(history(store, "bob", 1000)).hasSize(100);
    assertThat(store.append(manyEvents(100)).accepted()).isEqualTo(100);
  }

  @Test
  void a_full_disk_refuses_writes_until_there_is_room_again() {
    store.close();
    store = Store.open(directory, UNSYNCED.withFreeDiskBytesMin(100 << 20), disk);
    disk.setFreeBytes(99 << 20);
    assertThatThrownBy(() -> store.append(List.of(event(null, "ann", "dune", 1))))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISK_FULL))
        .hasMessageContaining("has 99 MiB free, under the limit of 100 MiB");
    disk.setFreeBytes(100 << 20);
    assertThat(store.append(List.of(event(null, "ann", "dune", 1))).accepted()).isEqualTo(1);

    store.close();
    disk.setFreeBytes(99 << 20);
    assertThatThrownBy(() -> Store.open(directory, UNSYNCED.withFreeDiskBytesMin(100 << 20), disk))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISK_FULL));
  }

  @Test
  void an_erasure_that_was_cut_short_is_finished_at_the_next_open() {
    store.append(manyEvents(25_000));
    store.append(List.of(event("mine", "bob", "i1", 1)));
    int writesBefore = disk.writes();
    disk.failAfter(1, Status.Code.IOError);
    assertThatThrownBy(() -> store.deleteUser("ann")).isInstanceOf(StoreException.class);
    assertThat(disk.writes() - writesBefore).isEqualTo(1);
    assertThat(history(store, "ann", 100_000)).hasSize(15_000);

    store.close();
    disk.heal();
    store = Store.open(directory, OPTIONS, disk);
    assertThat(store.dictionary().find(Field.USER, "ann")).isEqualTo(-1);
    assertThat(edges(store)).containsExactly("bob interacts i1 1.0 @1");
    List<Long> left = new ArrayList<>();
    store.events().read(0, Long.MAX_VALUE, (sequence, u, i, t, v, time) -> left.add(sequence));
    assertThat(left).containsExactly(25_001L);
    assertThat(store.deleteUser("ann")).isEmpty();
  }

  @Test
  void an_erasure_that_failed_can_be_asked_for_again() {
    store.append(manyEvents(12_000));
    disk.failAfter(1, Status.Code.IOError);
    assertThatThrownBy(() -> store.deleteUser("ann")).isInstanceOf(StoreException.class);
    disk.heal();
    assertThat(store.deleteUser("ann")).contains(new Erasure(2_000, 2_000, 500, 0));
    assertThat(store.dictionary().find(Field.USER, "ann")).isEqualTo(-1);
  }

  private static List<Event> manyEvents(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> event("x" + i, "ann", "i" + i % 500, i))
        .toList();
  }
}
