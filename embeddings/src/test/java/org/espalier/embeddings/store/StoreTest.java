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
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.EventLog.LoggedEvent;
import org.espalier.embeddings.store.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreTest {

  @TempDir private Path directory;
  private int liveBefore;
  private Store store;

  @BeforeEach
  void open() {
    liveBefore = StoreLeaks.live();
    store = Store.open(directory, OPTIONS);
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private void reopen() {
    store.close();
    store = Store.open(directory, UNSYNCED);
  }

  @Test
  void a_new_store_knows_its_own_fields_and_the_relation_of_interactions() {
    assertThat(store.dictionary().fields())
        .containsExactly(Field.FIELD, Field.USER, Field.ENTITY, Field.RELATION, Field.EVENT_TYPE);
    assertThat(store.dictionary().find(Field.RELATION, "interacts")).isEqualTo(Edges.INTERACTS);
    assertThat(store.lastSequence()).isZero();
    reopen();
    assertThat(store.dictionary().fields()).hasSize(5);
    assertThat(store.dictionary().size(Field.RELATION)).isEqualTo(1);
  }

  @Test
  void an_event_is_in_the_log_the_history_the_graph_and_the_counts_also_after_a_restart() {
    Event full =
        new Event("e1", "click", "ann", "dune", 2.5f, -5, "ranking-1", "{\"device\":\"ios\"}");
    assertThat(store.append(List.of(full))).isEqualTo(new AppendResult(1, 0, 1));
    for (int round = 0; round < 2; round++) {
      assertThat(store.lastSequence()).isEqualTo(1);
      assertThat(store.events().find(1))
          .contains(
              new LoggedEvent(
                  1,
                  0,
                  0,
                  0,
                  2.5f,
                  -5,
                  Optional.of("e1"),
                  Optional.of("ranking-1"),
                  Optional.of("{\"device\":\"ios\"}")));
      assertThat(history(store, "ann", 10)).containsExactly("dune 2.5 @-5");
      assertThat(edges(store)).containsExactly("ann interacts dune 2.5 @-5");
      assertThat(store.counts().of(0, 0)).isEqualTo(1);
      assertThat(store.counts().total(0)).isEqualTo(1);
      assertThat(store.offsets().sequenceOf("e1")).hasValue(1);
      reopen();
    }
  }

  @Test
  void an_event_id_counts_once_within_a_list_across_lists_and_across_restarts() {
    Event first = event("e1", "ann", "dune", 1);
    Event second = event("e2", "ann", "dune", 2);
    assertThat(store.append(List.of(first, first, second, first)))
        .isEqualTo(new AppendResult(2, 2, 2));
    assertThat(store.append(List.of(second, event(null, "ann", "emma", 3))))
        .isEqualTo(new AppendResult(1, 1, 3));
    reopen();
    assertThat(store.append(List.of(first, second))).isEqualTo(new AppendResult(0, 2, 3));
    assertThat(history(store, "ann", 10))
        .containsExactly("emma 1.0 @3", "dune 1.0 @2", "dune 1.0 @1");
  }

  @Test
  void histories_are_newest_first_limited_and_readable_in_pages() {
    List<Event> events =
        IntStream.range(0, 50).mapToObj(i -> event(null, "ann", "i" + i, (i * 7) % 50)).toList();
    store.append(events);
    store.append(List.of(event(null, "bob", "other", 99)));
    List<String> all = history(store, "ann", 100);
    assertThat(all).hasSize(50);
    assertThat(all.getFirst()).endsWith("@49");
    assertThat(all.getLast()).endsWith("@0");
    assertThat(history(store, "ann", 3)).isEqualTo(all.subList(0, 3));
    assertThat(history(store, "ann", 0)).isEmpty();
    assertThat(history(store, "nobody", 3)).isEmpty();

    List<String> pages = new ArrayList<>();
    int ann = store.dictionary().find(Field.USER, "ann");
    long[] last = {Long.MAX_VALUE, Long.MAX_VALUE};
    for (int page = 0; page < 6; page++) {
      store
          .histories()
          .olderThan(
              ann,
              last[0],
              last[1],
              9,
              (item, type, value, timeMs, sequence) -> {
                pages.add(store.dictionary().token(Field.ENTITY, item) + " 1.0 @" + timeMs);
                last[0] = timeMs;
                last[1] = sequence;
              });
    }
    assertThat(pages).isEqualTo(all);
  }

  @Test
  void repeated_interactions_strengthen_one_edge_and_an_exposure_makes_none() {
    store.append(List.of(event(null, "ann", "dune", 20), event(null, "ann", "dune", 10)));
    store.append(
        List.of(
            new Event(null, "purchase", "ann", "dune", 3, 15, null, null),
            new Event(null, "exposure", "ann", "emma", 0, 16, null, null)));
    assertThat(edges(store)).containsExactly("ann interacts dune 5.0 @20");
    int exposure = store.dictionary().find(Field.EVENT_TYPE, "exposure");
    int emma = store.dictionary().find(Field.ENTITY, "emma");
    assertThat(store.counts().of(exposure, emma)).isEqualTo(1);
    assertThat(store.counts().of(0, emma)).isZero();
    List<String> exposed = new ArrayList<>();
    store.counts().forEach(exposure, (item, count) -> exposed.add(item + "x" + count));
    assertThat(exposed).containsExactly(emma + "x1");
  }

  @Test
  void triples_are_added_replaced_scanned_by_head_and_deleted() {
    Triple first = new Triple("dune", "written_by", "herbert", 1, 5);
    assertThat(store.putTriples(List.of(first, new Triple("emma", "written_by", "austen", 1, 5))))
        .isEqualTo(2);
    assertThat(store.putTriples(List.of(new Triple("dune", "written_by", "herbert", 2, 6))))
        .isZero();
    reopen();
    assertThat(edges(store))
        .containsExactly("dune written_by herbert 2.0 @6", "emma written_by austen 1.0 @5");
    List<Integer> tails = new ArrayList<>();
    int emma = store.dictionary().find(Field.ENTITY, "emma");
    store.edges().scan(1, emma, (relation, head, tail, weight, timeMs) -> tails.add(tail));
    assertThat(tails).containsExactly(store.dictionary().find(Field.ENTITY, "austen"));
    assertThat(store.deleteTriples(List.of(first, first, new Triple("x", "y", "z", 1, 0))))
        .isEqualTo(1);
    assertThat(edges(store)).containsExactly("emma written_by austen 1.0 @5");
    assertThatThrownBy(() -> new Triple("dune", "interacts", "emma", 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("made by events");
  }

  @Test
  void records_have_versions_that_guard_against_lost_updates() {
    CatalogueUpdate update =
        new CatalogueUpdate(
            "dune",
            "{\"title\":\"Dune\"}",
            List.of("book", "sf"),
            true,
            7,
            CatalogueUpdate.ANY_VERSION);
    assertThat(store.putItems(List.of(update))).containsExactly(new PutResult(true, 1));
    reopen();
    assertThat(store.catalogue().find(Catalogue.Kind.ITEM, 0))
        .contains(
            new CatalogueRecord(
                0, 1, 7, true, false, List.of("book", "sf"), "{\"title\":\"Dune\"}"));
    CatalogueUpdate next =
        new CatalogueUpdate("dune", "{}", List.of(), false, 8, /* ifVersion= */ 1);
    CatalogueUpdate creation =
        new CatalogueUpdate("dune", "{}", List.of(), false, 9, CatalogueUpdate.NOT_THERE);
    assertThat(store.putItems(List.of(next, next, creation)))
        .containsExactly(new PutResult(true, 2), new PutResult(false, 2), new PutResult(false, 2));
    assertThat(store.catalogue().find(Catalogue.Kind.USER, 0)).isEmpty();
  }

  @Test
  void a_refused_record_of_an_unknown_item_leaves_no_token() {
    CatalogueUpdate update = new CatalogueUpdate("dune", "{}", List.of(), false, 8, 3);
    assertThat(store.putItems(List.of(update))).containsExactly(new PutResult(false, 0));
    assertThat(store.dictionary().find(Field.ENTITY, "dune")).isEqualTo(-1);
  }

  @Test
  void a_deleted_item_leaves_a_tombstone_its_events_and_its_id() {
    store.append(List.of(event("e1", "ann", "dune", 1)));
    long any = CatalogueUpdate.ANY_VERSION;
    assertThat(store.deleteItem("nothing", 5, any)).isEmpty();
    assertThat(store.deleteItem("dune", 5, 4)).contains(new PutResult(false, 0));
    assertThat(store.deleteItem("dune", 5, any)).contains(new PutResult(true, 1));
    assertThat(store.deleteItem("dune", 6, any)).contains(new PutResult(true, 1));
    List<CatalogueRecord> records = new ArrayList<>();
    store.catalogue().scan(Catalogue.Kind.ITEM, 0, records::add);
    assertThat(records).containsExactly(new CatalogueRecord(0, 1, 5, false, true, List.of(), "{}"));
    assertThat(history(store, "ann", 10)).containsExactly("dune 1.0 @1");
    CatalogueUpdate back =
        new CatalogueUpdate("dune", "{}", List.of(), false, 9, CatalogueUpdate.NOT_THERE);
    assertThat(store.putItems(List.of(back))).containsExactly(new PutResult(true, 2));
  }

  @Test
  void an_erased_user_leaves_nothing_but_a_taken_id() {
    store.append(
        List.of(
            event("a1", "ann", "dune", 1),
            event("b1", "bob", "dune", 2),
            event(null, "ann", "emma", 3)));
    store.putUsers(
        List.of(
            new CatalogueUpdate(
                "ann", "{\"age\":40}", List.of(), false, 4, CatalogueUpdate.ANY_VERSION)));
    int ann = store.dictionary().find(Field.USER, "ann");
    assertThat(store.deleteUser("ann")).contains(new Erasure(2, 1, 2, 1));
    assertThat(store.deleteUser("ann")).isEmpty();
    for (int round = 0; round < 2; round++) {
      assertThat(store.dictionary().find(Field.USER, "ann")).isEqualTo(-1);
      assertThat(store.dictionary().token(Field.USER, ann)).isEmpty();
      assertThat(store.dictionary().isErased(Field.USER, ann)).isTrue();
      assertThat(store.catalogue().find(Catalogue.Kind.USER, ann)).isEmpty();
      assertThat(store.offsets().sequenceOf("a1")).isEmpty();
      assertThat(edges(store)).containsExactly("bob interacts dune 1.0 @2");
      List<Long> sequences = new ArrayList<>();
      store
          .events()
          .read(0, Long.MAX_VALUE, (sequence, u, i, t, v, time) -> sequences.add(sequence));
      assertThat(sequences).containsExactly(2L);
      assertThat(store.counts().total(store.dictionary().find(Field.ENTITY, "dune"))).isEqualTo(1);
      assertThat(store.counts().total(store.dictionary().find(Field.ENTITY, "emma"))).isZero();
      assertThat(store.lastSequence()).isEqualTo(3);
      reopen();
    }
    assertThat(store.append(List.of(event("a1", "ann", "dune", 9))))
        .isEqualTo(new AppendResult(1, 0, 4));
    assertThat(store.dictionary().find(Field.USER, "ann")).isEqualTo(2);
  }

  @Test
  void a_source_position_moves_with_its_events_and_never_back() {
    assertThat(store.offsets().next("clicks/0")).isEmpty();
    store.append(List.of(event(null, "ann", "dune", 1)), new SourcePosition("clicks/0", 0, 10));
    store.append(List.of(), new SourcePosition("clicks/0", 10, 12));
    reopen();
    assertThat(store.offsets().next("clicks/0")).hasValue(12);
    for (long stale : new long[] {0, 10, 11}) {
      assertThatThrownBy(() ->
              store.append(
                  List.of(event(null, "bob", "emma", 2)),
                  new SourcePosition("clicks/0", stale, 14)))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STALE_POSITION))
          .hasMessageContaining("clicks/0 is at 12");
    }
    assertThat(store.lastSequence()).isEqualTo(1);
    assertThat(store.dictionary().find(Field.USER, "bob")).isEqualTo(-1);
    assertThat(store.offsets().next("clicks/1")).isEmpty();
    assertThat(store.offsets().sources("clicks/")).containsExactly(Map.entry("clicks/0", 12L));
    store.forgetSource("clicks/0");
    assertThat(store.offsets().sources("")).isEmpty();
    store.append(List.of(), new SourcePosition("clicks/0", 0, 1));
    assertThat(store.offsets().next("clicks/0")).hasValue(1);
  }

  @Test
  void changes_of_the_catalogue_move_a_source_position_with_them_or_not_at_all() {
    store
        .submitItems(
            List.of(
                new ItemChange.Put(update("dune", "{}")),
                new ItemChange.Put(update("emma", "{}")),
                new ItemChange.Delete("dune", 5),
                new ItemChange.Delete("nobody knows it", 5)),
            new SourcePosition("items/0", 0, 4))
        .await();
    store.submitUsers(List.of(update("ann", "{}")), new SourcePosition("users/0", 0, 1)).await();
    store
        .submitTriples(
            List.of(
                new TripleChange.Put(new Triple("dune", "by", "herbert", 1, 0)),
                new TripleChange.Put(new Triple("emma", "by", "austen", 1, 0)),
                new TripleChange.Delete("dune", "by", "herbert"),
                new TripleChange.Delete("dune", "by", "nobody knows it")),
            new SourcePosition("triples/0", 0, 4))
        .await();
    Pending<Integer> stale =
        store.submitItems(
            List.of(new ItemChange.Put(update("late", "{}"))), new SourcePosition("items/0", 3, 9));
    assertThatThrownBy(stale::await).hasMessageContaining("items/0 is at 4");
    reopen();
    assertThat(store.offsets().sources(""))
        .containsExactly(
            Map.entry("items/0", 4L), Map.entry("triples/0", 4L), Map.entry("users/0", 1L));
    assertThat(record("dune").deleted()).isTrue();
    assertThat(record("emma").deleted()).isFalse();
    assertThat(store.dictionary().find(Field.ENTITY, "late")).isEqualTo(-1);
    assertThat(store.dictionary().find(Field.ENTITY, "nobody knows it")).isEqualTo(-1);
    List<Integer> heads = new ArrayList<>();
    store.edges().scan((_, head, _, _, _) -> heads.add(head));
    assertThat(heads).containsExactly(store.dictionary().find(Field.ENTITY, "emma"));
  }

  private CatalogueRecord record(String item) {
    int id = store.dictionary().find(Field.ENTITY, item);
    return store.catalogue().find(Catalogue.Kind.ITEM, id).orElseThrow();
  }

  private static CatalogueUpdate update(String id, String fields) {
    return new CatalogueUpdate(id, fields, List.of(), false, 1, CatalogueUpdate.ANY_VERSION);
  }

  @Test
  void attribute_fields_are_made_when_they_are_named() {
    assertThat(store.dictionary().field("genre")).isEmpty();
    assertThat(store.intern("genre", List.of("sf", "novel", "sf"))).containsExactly(0, 1, 0);
    assertThat(store.intern("colour", List.of("red"))).containsExactly(0);
    reopen();
    Field genre = store.dictionary().field("genre").orElseThrow();
    assertThat(genre).isEqualTo(new Field(5, "genre"));
    assertThat(store.dictionary().token(genre, 1)).isEqualTo("novel");
    assertThat(store.dictionary().field("colour")).contains(new Field(6, "colour"));
  }

  @Test
  void listeners_hear_of_a_commit_before_its_caller_returns() {
    List<Commit> heard = new ArrayList<>();
    store.onCommit(commit -> {
      throw new IllegalStateException("a broken listener disturbs nobody");
    });
    store.onCommit(heard::add);
    store.append(List.of(event(null, "ann", "dune", 1), event(null, "bob", "emma", 1)));
    assertThat(heard).hasSize(1);
    assertThat(heard.getFirst().lastSequence()).isEqualTo(2);
    assertThat(heard.getFirst().users()).containsExactlyInAnyOrder(0, 1);
    assertThat(heard.getFirst().entities()).containsExactlyInAnyOrder(0, 1);
    assertThat(heard.getFirst().items()).isEmpty();
    store.deleteUser("ann");
    assertThat(heard.getLast().erasedUsers()).containsExactly(0);
    assertThat(heard.getLast().triples()).isEmpty();
  }

  @Test
  void listeners_hear_which_triples_and_records_of_items_changed() {
    List<Commit> heard = new ArrayList<>();
    store.onCommit(heard::add);
    store.putTriples(List.of(new Triple("dune", "genre", "sf", 1, 0)));
    assertThat(heard.getLast().triples()).containsExactly(new ChangedTriple(1, 0, 1, true));
    assertThat(heard.getLast().entities()).containsExactlyInAnyOrder(0, 1);
    store.deleteTriples(
        List.of(
            new Triple("dune", "genre", "novel", 1, 0), new Triple("dune", "genre", "sf", 1, 0)));
    assertThat(heard.getLast().triples()).containsExactly(new ChangedTriple(1, 0, 1, false));
    store.putItems(List.of(new CatalogueUpdate("sf", "{}", List.of(), false, 0, -1)));
    assertThat(heard.getLast().items()).containsExactly(1);
    store.deleteItem("sf", 1, -1);
    assertThat(heard.getLast().items()).containsExactly(1);
  }

  @Test
  void a_listener_that_writes_is_refused_instead_of_waiting_for_itself() {
    List<Throwable> refused = new ArrayList<>();
    store.onCommit(commit -> {
      try {
        store.putTriples(List.of());
      } catch (IllegalStateException e) {
        refused.add(e);
      }
    });
    store.append(List.of(event(null, "ann", "dune", 1)));
    assertThat(refused).hasSize(1);
  }

  @Test
  void a_use_after_close_throws_instead_of_killing_the_jvm() {
    store.append(List.of(event("e1", "ann", "dune", 1)));
    store.close();
    store.close();
    List<Runnable> uses =
        List.of(
            () -> store.append(List.of(event(null, "ann", "dune", 1))),
            () -> store.putTriples(List.of()),
            () -> store.events().find(1),
            () -> store.events().read(0, 9, (sequence, u, i, t, v, time) -> {}),
            () -> store.histories().latest(0, 1, (i, t, v, time, sequence) -> {}),
            () -> store.edges().scan((r, h, t, w, time) -> {}),
            () -> store.catalogue().find(Catalogue.Kind.ITEM, 0),
            () -> store.offsets().next("clicks/0"));
    for (Runnable use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
    assertThat(store.dictionary().find(Field.USER, "ann")).isZero();
  }

  @Test
  void ids_and_values_that_cannot_be_stored_are_refused_before_anything_is_written() {
    assertThatThrownBy(() -> event("", "ann", "dune", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("event_id is empty");
    assertThatThrownBy(() -> event(null, "x".repeat(513), "dune", 1))
        .hasMessageContaining("user_id has 513 bytes");
    assertThatThrownBy(() -> event(null, "ann", "\ud800", 1)).hasMessageContaining("item_id");
    assertThatThrownBy(() -> new Event(null, "click", "a", "b", Float.NaN, 1, null, null))
        .hasMessageContaining("not finite");
    assertThat(store.dictionary().find(Field.USER, "\ud800")).isEqualTo(-1);
    assertThat(store.dictionary().find(Field.USER, "x".repeat(513))).isEqualTo(-1);
  }
}
