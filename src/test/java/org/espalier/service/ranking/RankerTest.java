package org.espalier.service.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.mf.FoldIn;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.train.TrainingListener;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.TypeWeights;
import org.espalier.service.ranking.filter.FilterProperties;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RankerTest {

  private static final int USERS = 40;
  private static final int ITEMS = 60;
  private static final int GROUPS = 4;
  private static final RankingProperties PROPERTIES =
      new RankingProperties(100, 50, 80, 20, 10, 30, 2000, Duration.ZERO);

  static final PopularityProperties POPULARITY =
      new PopularityProperties(Duration.ofDays(10), 1000);

  @TempDir Path directory;
  private Store store;
  private ActiveModel active;
  private RecordIndex records;
  private Ranker ranker;
  private final Clock clock = Clock.fixed(Instant.ofEpochMilli(10_000), ZoneOffset.UTC);
  private int eventCount;

  @BeforeEach
  void open() {
    StoreOptions options =
        StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);
    store = Store.open(directory, options);
    active = new ActiveModel();
    store.onCommit(active::committed);
    records = new RecordIndex(store);
    ranker = ranker(store, active, records, clock, POPULARITY);
  }

  static Ranker ranker(
      Store store,
      ActiveModel active,
      RecordIndex records,
      Clock clock,
      PopularityProperties popularity) {
    TypeWeights weights =
        new TypeWeights(store.dictionary(), new InteractionProperties(Map.of("view", 0.1), 1));
    History history = new History(store.histories(), weights, PROPERTIES);
    Finder finder =
        new Finder(
            new UserVectors(history),
            new Lookalikes(records),
            history,
            records,
            new PopularItems(store, weights, popularity),
            new PopularSegments(store.histories(), weights, popularity, records),
            Spans.none());
    FilterProperties filters = new FilterProperties(4, 20, 30);
    return new Ranker(
        store,
        active,
        new RequestReader(store.dictionary(), records, filters, PROPERTIES, clock),
        finder,
        new Cursors("a data folder"),
        new Explanations(store.dictionary(), new ExplainProperties(20, 3)),
        PROPERTIES,
        Spans.none());
  }

  @AfterEach
  void close() {
    active.close();
    records.close();
    store.close();
  }

  @Test
  void an_erased_user_has_no_weight_in_popularity_any_more() {
    events("click", "gone", "i1", "i1", "i1", "i1", "i1");
    events("click", "stays", "i2", "i2", "i2", "i3");
    assertThat(ids(ranker.recommend(request("a", 10)))).containsExactly("i1", "i2", "i3");
    store.deleteUser("gone");
    // The head of the list rests between two makings; each reads a part of the log.
    long endNs = System.nanoTime() + 30_000_000_000L;
    List<String> popular = List.of();
    while (!popular.equals(List.of("i2", "i3")) && System.nanoTime() < endNs) {
      popular = ids(ranker.recommend(request("a", 10)));
    }
    assertThat(popular).containsExactly("i2", "i3");
  }

  @Test
  void without_a_generation_popular_items_answer_and_say_so() {
    events("click", "a", "i1", "i2", "i2", "i3");
    events("impression", "a", "i3", "i3", "i3");
    Ranking ranking = ranker.recommend(request("a", 10));
    assertThat(ranking.generation()).isNull();
    assertThat(ranking.fallback()).isEqualTo("popular");
    assertThat(ids(ranking)).containsExactly("i2", "i1", "i3");
    assertThat(ranking.items())
        .extracting(Ranking.Entry::source, Ranking.Entry::score, Ranking.Entry::rank)
        .startsWith(tuple("popular", 2f, 1));
    assertThat(ids(ranker.rank(rank("nobody", "i3", "i2", "i9")))).containsExactly("i2", "i3");
    assertThat(ranker.rank(rank("nobody", "i3", "i9")).unknownItems()).containsExactly("i9");
  }

  @Test
  void a_model_that_cannot_fold_in_ranks_by_stored_users_and_finds_what_is_like_an_item() {
    events("click", "a", "i0", "i1", "i2");
    events("click", "b", "i2", "i2");
    int user = store.dictionary().find(Field.USER, "a");
    int[] items = {item("i0"), item("i1"), item("i2")};
    float[] vectors = {1, 0, 0.9f, 0.1f, 0, 1};
    active.replace(
        new ServedModel(
            5,
            "fit",
            0,
            ArenaTable.load(MultiSizeTable.uniform("item", "entity", 2, items, vectors)),
            ArenaTable.load(
                MultiSizeTable.uniform("user", "user", 2, new int[] {user}, new float[] {1, 5})),
            null));
    assertThat(ids(ranker.recommend(request("a", 3)))).containsExactly("i2", "i1", "i0");
    assertThat(ranker.recommend(request("a", 3)).fallback()).isNull();
    events("click", "a", "i0"); // newer than the model, which cannot count it
    assertThat(ids(ranker.rank(rank("a", "i0", "i2")))).containsExactly("i2", "i0");
    assertThat(ranker.recommend(request("b", 3)).fallback()).isEqualTo("popular");
    assertThat(ids(ranker.similar("i0", 2))).containsExactly("i1", "i2");
  }

  private int item(String id) {
    return store.dictionary().find(Field.ENTITY, id);
  }

  @Test
  void an_empty_store_recommends_nothing() {
    assertThat(ranker.recommend(request("a", 10)).items()).isEmpty();
    assertThat(ranker.rank(rank("a", "i1")).unknownItems()).containsExactly("i1");
  }

  @Test
  void a_trained_user_gets_what_the_group_likes() {
    train();
    Ranking ranking = ranker.recommend(request(user(5), 10));
    assertThat(ranking.generation()).isEqualTo(1);
    assertThat(ranking.fallback()).isNull();
    assertThat(ids(ranking)).allSatisfy(id -> assertThat(group(id)).isEqualTo(5 % GROUPS));
    assertThat(ranking.items())
        .allSatisfy(item -> {
          assertThat(item.source()).isEqualTo("mf");
          assertThat(item.size()).isEqualTo(8);
        });
    assertThat(ranking.items())
        .extracting(Ranking.Entry::score)
        .isSortedAccordingTo((a, b) -> Float.compare(b, a));
  }

  @Test
  void three_new_events_change_a_ranking_at_once() {
    train();
    int before = 2;
    int after = 3;
    Ranking first = ranker.recommend(request(user(before), 5));
    assertThat(group(ids(first).getFirst())).isEqualTo(before);
    events("click", user(before), item(after), item(after + GROUPS), item(after + 2 * GROUPS));
    Ranking second = ranker.recommend(request(user(before), 30));
    assertThat(second.applied()).isEqualTo(store.lastSequence());
    assertThat(ids(second).subList(0, 30)).anySatisfy(id -> assertThat(group(id)).isEqualTo(after));
    assertThat(ids(second)).isNotEqualTo(ids(ranker.recommend(request(user(before + GROUPS), 30))));
    assertThat(score(second, item(after + 3 * GROUPS)))
        .isGreaterThan(
            score(
                ranker.rank(rank(user(before + GROUPS), item(after + 3 * GROUPS))),
                item(after + 3 * GROUPS)));
  }

  @Test
  void a_new_user_is_folded_in_from_events_and_unweighted_ones_count_nothing() {
    train();
    assertThat(ranker.recommend(request("new", 5)).fallback()).isEqualTo("popular");
    events("impression", "new", item(1));
    assertThat(ranker.recommend(request("new", 5)).fallback()).isEqualTo("popular");
    events("click", "new", item(1), item(1 + GROUPS));
    Ranking ranking = ranker.recommend(request("new", 5));
    assertThat(ranking.fallback()).isNull();
    assertThat(ids(ranking)).allSatisfy(id -> assertThat(group(id)).isEqualTo(1));
  }

  @Test
  void folding_in_the_training_events_gives_the_trained_vector() {
    MfModel model = train();
    // An event without weight makes the log newer without changing what is known of the user.
    events("impression", user(7), item(0));
    Ranking folded = ranker.rank(rank(user(7), item(0), item(1), item(2), item(3)));
    for (Ranking.Entry entry : folded.items()) {
      int item = Integer.parseInt(entry.id().substring(1));
      float trained = 0;
      for (int d = 0; d < 8; d++) {
        trained += model.userVectors()[7 * 8 + d] * model.itemVectors()[item * 8 + d];
      }
      assertThat(entry.score()).isCloseTo(trained, within(2e-2f));
    }
  }

  @Test
  void candidates_come_back_once_in_order_and_unknown_ones_are_named() {
    train();
    put("late", false);
    Ranking ranking =
        ranker.rank(rank(user(0), "x1", item(0), item(1), item(0), "late", "x2", "x1", item(4)));
    assertThat(ids(ranking)).containsExactlyInAnyOrder(item(0), item(1), item(4));
    assertThat(ranking.items()).extracting(Ranking.Entry::rank).containsExactly(1, 2, 3);
    assertThat(group(ids(ranking).getFirst())).isZero();
    assertThat(ranking.unknownItems()).containsExactly("x1", "x2", "late");
  }

  @Test
  void hidden_and_deleted_items_never_appear_and_come_back_when_they_are_shown_again() {
    train();
    String best = ids(ranker.recommend(request(user(1), 1))).getFirst();
    put(best, true);
    assertThat(ids(ranker.recommend(request(user(1), 50)))).doesNotContain(best);
    assertThat(ids(ranker.recommend(request("nobody", 50)))).doesNotContain(best);
    assertThat(ids(ranker.rank(rank(user(1), best, item(0))))).containsExactly(item(0));
    assertThat(ids(ranker.similar(item(1), 50))).doesNotContain(best);
    put(best, false);
    assertThat(ids(ranker.recommend(request(user(1), 1)))).containsExactly(best);
    store.deleteItem(best, 0, CatalogueUpdate.ANY_VERSION);
    records.changed(new ItemRecordsChanged(List.of(best)));
    assertThat(ids(ranker.recommend(request(user(1), 50)))).doesNotContain(best);
    try (RecordIndex anew = new RecordIndex(store)) {
      assertThat(anew.hidden()).isEqualTo(records.hidden());
    }
  }

  @Test
  void exclusions_are_kept() {
    train();
    List<String> all = ids(ranker.recommend(request(user(3), 50)));
    RecommendRequest without =
        excluding(user(3), 50, 0, List.of(all.get(0), all.get(2), "x"), null);
    assertThat(ids(ranker.recommend(without)))
        .doesNotContain(all.get(0), all.get(2))
        .contains(all.get(1));
    List<String> seen =
        IntStream.range(0, ITEMS).filter(i -> likes(3, i)).mapToObj(RankerTest::item).toList();
    RecommendRequest unseen =
        excluding(user(3), 50, 0, null, ExcludeSeen.of(List.of("click", "nothing")));
    assertThat(ids(ranker.recommend(unseen))).doesNotContainAnyElementsOf(seen).isNotEmpty();
  }

  @Test
  void pages_continue_each_other() {
    train();
    List<String> all = ids(ranker.recommend(request(user(3), 50)));
    List<String> paged = new ArrayList<>();
    for (int offset = 0; offset < 48; offset += 7) {
      Ranking page = ranker.recommend(excluding(user(3), 7, offset, null, null));
      assertThat(page.items().getFirst().rank()).isEqualTo(offset + 1);
      paged.addAll(ids(page));
    }
    assertThat(paged.subList(0, 49)).isEqualTo(all.subList(0, 49));
  }

  @Test
  void similar_items_share_their_audience() {
    train();
    Ranking ranking = ranker.similar(item(6), 5);
    assertThat(ids(ranking)).hasSize(5).doesNotContain(item(6));
    assertThat(ids(ranking)).allSatisfy(id -> assertThat(group(id)).isEqualTo(6 % GROUPS));
    assertThatThrownBy(() -> ranker.similar("x", 10))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.UNKNOWN_ITEM));
    put("late", false);
    assertThat(ranker.similar("late", 10).fallback()).isEqualTo("popular");
  }

  @Test
  void an_erased_user_leaves_the_arena_before_and_after_a_new_model() {
    train();
    int id = store.dictionary().find(Field.USER, user(9));
    store.deleteUser(user(9));
    try (var lease = active.acquire()) {
      assertThat(Objects.requireNonNull(lease.value().model()).users().contains(id)).isFalse();
    }
    assertThat(ranker.recommend(request(user(9), 5)).fallback()).isEqualTo("popular");
    active.replace(model(2, new float[USERS * 8], new float[ITEMS * 8]));
    try (var lease = active.acquire()) {
      assertThat(Objects.requireNonNull(lease.value().model()).users().contains(id)).isFalse();
      assertThat(Objects.requireNonNull(lease.value().model()).users().contains(id - 1)).isTrue();
    }
  }

  @Test
  void a_request_goes_on_with_the_model_that_it_began_with() {
    train();
    try (var lease = active.acquire()) {
      active.replace(model(2, new float[USERS * 8], new float[ITEMS * 8]));
      assertThat(Objects.requireNonNull(lease.value().model()).generation()).isEqualTo(1);
      assertThat(Objects.requireNonNull(lease.value().model()).items().contains(0)).isTrue();
    }
    assertThat(ranker.recommend(request(user(1), 1)).generation()).isEqualTo(2);
  }

  @Test
  void bounds_are_kept() {
    assertRefused(() -> ranker.recommend(request("a", 0)), ProblemCode.INVALID_VALUE);
    assertRefused(() -> ranker.recommend(request("a", 51)), ProblemCode.INVALID_VALUE);
    assertRefused(() -> ranker.recommend(request("", 1)), ProblemCode.INVALID_ID);
    assertRefused(
        () -> ranker.recommend(excluding("a", 50, 31, null, null)), ProblemCode.INVALID_VALUE);
    assertRefused(
        () -> ranker.recommend(excluding("a", 50, -1, null, null)), ProblemCode.INVALID_VALUE);
    assertRefused(() -> ranker.similar("a", -1), ProblemCode.INVALID_VALUE);
    assertRefused(() -> ranker.rank(rank("a", "i\n")), ProblemCode.INVALID_ID);
    String[] many = IntStream.range(0, 101).mapToObj(i -> "i" + i).toArray(String[]::new);
    assertRefused(() -> ranker.rank(rank("a", many)), ProblemCode.TOO_MANY_ELEMENTS);
    assertRefused(
        () -> ranker.recommend(excluding("a", 1, 0, Arrays.asList(many), null)),
        ProblemCode.TOO_MANY_ELEMENTS);
  }

  private static void assertRefused(Runnable call, ProblemCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  /** Users and items of a group belong together; ids in the store are the numbers. */
  private MfModel train() {
    List<Event> events = new ArrayList<>();
    Interactions.Builder log = new Interactions.Builder(false, false);
    for (int i = 0; i < ITEMS; i++) { // so that item numbers are entity ids
      events.add(event("impression", user(0), item(i)));
    }
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (likes(u, i)) {
          events.add(event("click", user(u), item(i)));
          log.add(u, i, 1, 0);
        }
      }
    }
    store.append(events);
    MfSpec spec = MfSpec.of(MfLoss.ALS, ITEMS, 1).withDim(8).withEpochsMax(30);
    MfModel model =
        MfTrainer.train(
                log.build(USERS, ITEMS),
                Optional.empty(),
                spec,
                TrainingListener.none(),
                () -> false)
            .model();
    active.replace(model(1, model.userVectors(), model.itemVectors()));
    return model;
  }

  private ServedModel model(int generation, float[] userVectors, float[] itemVectors) {
    int[] userIds = IntStream.range(0, USERS).toArray();
    int[] itemIds = IntStream.range(0, ITEMS).toArray();
    return new ServedModel(
        generation,
        "mf",
        store.lastSequence(),
        ArenaTable.load(MultiSizeTable.uniform("item", "entity", 8, itemIds, itemVectors)),
        ArenaTable.load(MultiSizeTable.uniform("user", "user", 8, userIds, userVectors)),
        new FoldIn(8, itemVectors, new MfObjective.Als(1, 0.04, 0.75)));
  }

  private static boolean likes(int user, int item) {
    return user % GROUPS == item % GROUPS
        && new SplittableRandom(user * 1000L + item).nextDouble() < 0.7;
  }

  private static int group(String item) {
    return Integer.parseInt(item.substring(1)) % GROUPS;
  }

  private static String user(int user) {
    return "u" + user;
  }

  private static String item(int item) {
    return "i" + item;
  }

  private void events(String type, String user, String... items) {
    store.append(Arrays.stream(items).map(item -> event(type, user, item)).toList());
  }

  private Event event(String type, String user, String item) {
    return new Event(null, type, user, item, 1, eventCount++, null, null);
  }

  private void put(String item, boolean hide) {
    CatalogueUpdate update =
        new CatalogueUpdate(item, "{}", List.of(), hide, 0, CatalogueUpdate.ANY_VERSION);
    store.putItems(List.of(update));
    records.changed(new ItemRecordsChanged(List.of(item)));
  }

  private static RecommendRequest request(String user, @Nullable Integer limit) {
    return RecommendRequest.of(user, limit);
  }

  private static RecommendRequest excluding(
      String user,
      int limit,
      int offset,
      @Nullable List<String> items,
      @Nullable ExcludeSeen seen) {
    return new RecommendRequest(
        user, null, limit, offset, null, null, items, seen, null, null, null);
  }

  private static RankRequest rank(String user, String... items) {
    return RankRequest.of(user, Arrays.stream(items).map(RankRequest.Candidate::new).toList());
  }

  private static List<String> ids(Ranking ranking) {
    return ranking.items().stream().map(Ranking.Entry::id).toList();
  }

  private static float score(Ranking ranking, String item) {
    return ranking.items().stream()
        .filter(entry -> entry.id().equals(item))
        .findFirst()
        .orElseThrow()
        .score();
  }
}
