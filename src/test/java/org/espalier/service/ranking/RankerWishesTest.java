package org.espalier.service.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.Leases;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.learning.mf.FoldIn;
import org.espalier.learning.mf.MfObjective;
import org.espalier.service.platform.ItemRecordsChanged;
import org.espalier.service.platform.UserRecordsChanged;
import org.espalier.service.ranking.filter.Filter;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request may wish beside its user: filters, exclusions, pages, diversity, several users, none at all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RankerWishesTest {

  private static final int DIM = 4;
  private static final int USERS = 30;
  private static final int ITEMS = 70;
  private static final long NOW_MS = 1_000_000_000_000L;
  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  @TempDir Path directory;
  private final SplittableRandom random = new SplittableRandom(7);
  private Store store;
  private ActiveModel active;
  private RecordIndex records;
  private Ranker ranker;

  @BeforeEach
  void open() {
    store =
        Store.open(
            directory,
            StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0));
    store.intern(Field.ENTITY.name(), IntStream.range(0, ITEMS).mapToObj(i -> "i" + i).toList());
    store.intern(Field.USER.name(), IntStream.range(0, USERS).mapToObj(u -> "u" + u).toList());
    active = new ActiveModel();
    store.onCommit(active::committed);
    records = new RecordIndex(store);
    ranker =
        RankerTest.ranker(
            store,
            active,
            records,
            Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC),
            new PopularityProperties(Duration.ofDays(7), 1000));
  }

  @AfterEach
  void close() {
    active.close();
    records.close();
    store.close();
  }

  @Test
  void a_filtered_ranking_is_the_plain_one_without_what_does_not_pass() {
    serve(1);
    IntStream.range(0, 40)
        .forEach(i -> put("i" + i, "{\"genre\":\"g%d\",\"year\":%d}".formatted(i % 3, 1990 + i)));
    List<String> all = new ArrayList<>(ids(ranker.recommend(recommend("u3", 50))));
    all.addAll(
        ids(
            ranker.recommend(
                new RecommendRequest(
                    "u3", null, 20, 50, null, null, null, null, null, null, null))));
    assertThat(all).hasSize(ITEMS);
    assertThat(ids(ranker.recommend(filtered("u3", eq("genre", "g1")))))
        .isEqualTo(all.stream().filter(id -> number(id) < 40 && number(id) % 3 == 1).toList());
    Filter none = new Filter(null, null, List.of(eq("genre", "g1")), null, null, null, null, null);
    assertThat(ids(ranker.recommend(filtered("u3", none))))
        .isEqualTo(
            all.stream().filter(id -> number(id) >= 40 || number(id) % 3 != 1).limit(50).toList())
        .anySatisfy(id -> assertThat(number(id)).isGreaterThanOrEqualTo(40));
    Filter range =
        new Filter(
            null,
            null,
            null,
            "year",
            null,
            null,
            new Filter.Range(null, 2000.0, 2004.0, null),
            null);
    assertThat(ids(ranker.recommend(filtered("u3", range))))
        .containsExactlyInAnyOrder("i10", "i11", "i12", "i13");
    put("i10", "{\"year\":1}");
    put("i50", "{\"year\":2001}");
    store.deleteItem("i11", 0, CatalogueUpdate.ANY_VERSION);
    records.changed(new ItemRecordsChanged(List.of("i11")));
    assertThat(ids(ranker.recommend(filtered("u3", range))))
        .containsExactlyInAnyOrder("i50", "i12", "i13");
    assertThat(ids(ranker.recommend(filtered("nobody", range))))
        .isEmpty(); // nothing was chosen yet
    RankRequest candidates =
        new RankRequest(
            "u3",
            null,
            candidates("i10", "i12", "i50", "x"),
            null,
            range,
            null,
            null,
            null,
            null,
            null,
            null);
    assertThat(ids(ranker.rank(candidates))).containsExactlyInAnyOrder("i12", "i50");
    assertThat(ranker.rank(candidates).unknownItems()).containsExactly("x");
    assertRefused(
        () -> ranker.recommend(filtered("u3", eq("gnre", "x"))), ProblemCode.UNKNOWN_FIELD);
  }

  @Test
  void what_was_seen_is_left_out_by_type_and_by_age() {
    serve(1);
    event("u3", "click", "i1", NOW_MS - 40 * DAY_MS);
    event("u3", "click", "i2", NOW_MS - 20 * DAY_MS);
    event("u3", "buy", "i3", NOW_MS - DAY_MS);
    assertThat(seen(ExcludeSeen.of(List.of("click")))).contains("i3").doesNotContain("i1", "i2");
    assertThat(seen(new ExcludeSeen(List.of("click"), "P30D")))
        .contains("i1", "i3")
        .doesNotContain("i2");
    assertThat(seen(new ExcludeSeen(List.of("click", "buy"), "PT480H1M")))
        .contains("i1")
        .doesNotContain("i2", "i3");
    for (String within : List.of("", "P", "-P1D", "P0D", "1 day", "P1M", "P99999999D")) {
      assertRefused(
          () -> seen(new ExcludeSeen(List.of("click"), within)), ProblemCode.INVALID_VALUE);
    }
  }

  private List<String> seen(ExcludeSeen exclude) {
    return ids(
        ranker.recommend(
            new RecommendRequest(
                "u3", null, 50, null, null, null, null, exclude, null, null, null)));
  }

  @Test
  void pages_by_cursor_are_one_list_whatever_the_user_does_in_between() {
    serve(1);
    event("u3", "click", "i1", NOW_MS);
    List<String> all = ids(ranker.recommend(recommend("u3", 50)));
    List<String> paged = new ArrayList<>();
    String cursor = null;
    for (int page = 0; page < 5; page++) {
      Ranking ranking = ranker.recommend(page("u3", 10, cursor));
      assertThat(ranking.items().getFirst().rank()).isEqualTo(paged.size() + 1);
      paged.addAll(ids(ranking));
      cursor = ranking.nextCursor();
      event("u3", "click", "i" + (20 + page), NOW_MS + page);
    }
    assertThat(paged).isEqualTo(all);
    assertThat(ids(ranker.recommend(recommend("u3", 50)))).isNotEqualTo(all);
  }

  @Test
  void the_last_page_says_so() {
    serve(1);
    Ranking ranking = ranker.recommend(recommend("u3", 40));
    Ranking last = ranker.recommend(page("u3", 40, ranking.nextCursor()));
    assertThat(last.items()).hasSize(ITEMS - 40);
    assertThat(last.nextCursor()).isNull();
  }

  @Test
  void a_cursor_is_of_use_with_its_own_request_and_generation_alone() {
    serve(1);
    String cursor = Objects.requireNonNull(ranker.recommend(recommend("u3", 10)).nextCursor());
    assertThat(ranker.recommend(page("u3", 20, cursor)).items()).hasSize(20);
    assertRefused(() -> ranker.recommend(page("u4", 10, cursor)), ProblemCode.INVALID_CURSOR);
    for (int i = 0; i < cursor.length() - 1; i++) {
      char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
      String forged = cursor.substring(0, i) + other + cursor.substring(i + 1);
      assertRefused(() -> ranker.recommend(page("u3", 10, forged)), ProblemCode.INVALID_CURSOR);
    }
    for (String broken : List.of("", "%", "AAAA", cursor + cursor, "0", "ä")) {
      assertRefused(() -> ranker.recommend(page("u3", 10, broken)), ProblemCode.INVALID_CURSOR);
    }
    RecommendRequest both =
        new RecommendRequest("u3", null, 10, 10, cursor, null, null, null, null, null, null);
    assertRefused(() -> ranker.recommend(both), ProblemCode.INVALID_VALUE);
    serve(2);
    assertRefused(() -> ranker.recommend(page("u3", 10, cursor)), ProblemCode.STALE_GENERATION);
  }

  @Test
  void several_users_get_what_each_would_get_alone() {
    serve(1);
    IntStream.range(0, ITEMS).forEach(i -> put("i" + i, "{\"genre\":\"g%d\"}".formatted(i % 5)));
    for (int e = 0; e < 60; e++) {
      event("u" + random.nextInt(8), "click", "i" + random.nextInt(ITEMS), NOW_MS + e);
    }
    event("stranger", "view", "i1", NOW_MS);
    List<String> users = List.of("u0", "u1", "nobody", "u2", "stranger", "u1");
    List<DiversityRequest> diversities =
        Arrays.asList(null, new DiversityRequest("genre", 2, null));
    for (DiversityRequest diversity : diversities) {
      for (ExcludeSeen seen : Arrays.asList(null, ExcludeSeen.of(List.of("click")))) {
        RankingBatch batch =
            ranker.recommend(
                new RecommendBatchRequest(
                    users, 7, eq("genre", "g1", "g2", "g3"), List.of("i1"), seen, diversity, null));
        assertThat(batch.rankings()).extracting(RankingBatch.Entry::userId).isEqualTo(users);
        for (RankingBatch.Entry entry : batch.rankings()) {
          Ranking alone =
              ranker.recommend(
                  new RecommendRequest(
                      entry.userId(),
                      null,
                      7,
                      null,
                      null,
                      eq("genre", "g1", "g2", "g3"),
                      List.of("i1"),
                      seen,
                      diversity,
                      null,
                      null));
          assertThat(entry.ranking().items()).isEqualTo(alone.items());
          assertThat(entry.ranking().fallback()).isEqualTo(alone.fallback());
        }
      }
    }
    RankingBatch none =
        ranker.recommend(new RecommendBatchRequest(List.of(), 5, null, null, null, null, null));
    assertThat(none.rankings()).isEmpty();
    List<String> many = IntStream.range(0, 21).mapToObj(u -> "u" + u).toList();
    assertRefused(() -> ranker.recommend(batch(many, 1)), ProblemCode.TOO_MANY_ELEMENTS);
    assertRefused(() -> ranker.recommend(batch(many.subList(0, 9), 9)), ProblemCode.INVALID_VALUE);
    assertRefused(() -> ranker.recommend(batch(List.of("u1", ""), 9)), ProblemCode.INVALID_ID);
  }

  @Test
  void whoever_has_no_id_is_ranked_for_by_a_history() {
    serve(1);
    event("u40", "click", "i5", NOW_MS);
    event("u40", "click", "i6", NOW_MS);
    Ranking known = ranker.recommend(recommend("u40", 20));
    Ranking anonymous = ranker.recommend(history("i5", "i6", "i5", "nothing"));
    assertThat(anonymous.items()).isEqualTo(known.items());
    assertThat(anonymous.fallback()).isNull();
    assertThat(ranker.recommend(history()).fallback()).isEqualTo("popular");
    assertThat(ranker.recommend(history("nothing")).fallback()).isEqualTo("popular");
    assertThat(
            ids(
                ranker.rank(
                    new RankRequest(
                        null,
                        List.of("i5", "i6"),
                        candidates("i1", "i2", "i3"),
                        2,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))))
        .isEqualTo(
            ids(ranker.rank(RankRequest.of("u40", candidates("i1", "i2", "i3")))).subList(0, 2));
    assertRefused(
        () ->
            ranker.recommend(
                new RecommendRequest(
                    null, null, 5, null, null, null, null, null, null, null, null)),
        ProblemCode.MISSING_FIELD);
    assertRefused(
        () ->
            ranker.recommend(
                new RecommendRequest(
                    "u1", List.of(), 5, null, null, null, null, null, null, null, null)),
        ProblemCode.INVALID_VALUE);
    String[] many = IntStream.range(0, 31).mapToObj(i -> "i" + i).toArray(String[]::new);
    assertRefused(() -> ranker.recommend(history(many)), ProblemCode.TOO_MANY_ELEMENTS);
  }

  @Test
  void a_new_user_is_ranked_for_by_those_who_share_rare_attributes() {
    float[] users = serve(1);
    for (int u = 0; u < USERS; u++) {
      putUser("u" + u, "{\"country\":\"%s\",\"plan\":\"free\"}".formatted(u < 6 ? "is" : "de"));
    }
    putUser("fresh", "{\"country\":\"is\",\"plan\":\"free\",\"name\":\"one of a kind\"}");
    Ranking ranking = ranker.recommend(recommend("fresh", 5));
    assertThat(ranking.fallback()).isEqualTo("attributes");
    assertThat(ranking.items()).allSatisfy(item -> assertThat(item.source()).isEqualTo("mf"));
    float[] mean = new float[DIM];
    for (int u = 0; u < 6; u++) {
      for (int d = 0; d < DIM; d++) {
        mean[d] += users[u * DIM + d] / 6;
      }
    }
    float expected = 0;
    float[] best = vector(ranking.items().getFirst().id());
    for (int d = 0; d < DIM; d++) {
      expected += mean[d] * best[d];
    }
    assertThat(ranking.items().getFirst().score()).isCloseTo(expected, within(1e-4f));
    event("fresh", "click", "i9", NOW_MS); // what they do counts more than what they are
    assertThat(ranker.recommend(recommend("fresh", 5)).fallback()).isNull();
    putUser("alone", "{\"country\":\"nowhere\"}");
    assertThat(ranker.recommend(recommend("alone", 5)).fallback()).isEqualTo("popular");
    store.deleteUser("u0");
    assertThat(ranker.recommend(recommend("fresher", 5)).fallback()).isEqualTo("popular");
  }

  @Test
  void popularity_decays_and_is_told_by_segment_when_asked() {
    for (int e = 0; e < 50; e++) {
      event("old" + e, "click", "i1", NOW_MS - 60 * DAY_MS);
    }
    for (int e = 0; e < 5; e++) {
      event("a" + e, "click", "i2", NOW_MS);
      event("b" + e, "click", "i3", NOW_MS - e);
      event("b" + e, "click", "i4", NOW_MS - 30 * DAY_MS);
      putUser("a" + e, "{\"country\":\"is\"}");
      putUser("b" + e, "{\"country\":\"de\"}");
    }
    event("b0", "click", "i2", NOW_MS);
    putUser("new", "{\"country\":\"de\"}");
    putUser("other", "{\"plan\":\"free\"}");
    assertThat(ids(ranker.recommend(recommend("nobody", 3)))).containsExactly("i2", "i3", "i1");
    Ranking segment = ranker.recommend(popularBy("new", "country"));
    assertThat(segment.fallback()).isEqualTo("popular_segment");
    assertThat(ids(segment)).containsExactly("i3", "i2", "i4");
    assertThat(segment.items())
        .allSatisfy(item -> assertThat(item.source()).isEqualTo("popular_segment"));
    assertThat(ranker.recommend(popularBy("other", "country")).fallback()).isEqualTo("popular");
    assertThat(ranker.recommend(popularBy("nobody", "country")).fallback()).isEqualTo("popular");
    assertRefused(() -> ranker.recommend(popularBy("new", "contry")), ProblemCode.UNKNOWN_FIELD);
  }

  @Test
  void diversity_and_its_bounds() {
    serve(1);
    IntStream.range(0, ITEMS).forEach(i -> put("i" + i, "{\"genre\":\"g%d\"}".formatted(i % 5)));
    List<String> capped = ids(ranker.recommend(diverse(new DiversityRequest("genre", 2, null))));
    assertThat(capped).hasSize(10);
    IntStream.range(0, 5)
        .forEach(g -> assertThat(capped).filteredOn(id -> number(id) % 5 == g).hasSize(2));
    List<String> mixed = ids(ranker.recommend(diverse(new DiversityRequest(null, null, 0.3))));
    List<String> plain = ids(ranker.recommend(recommend("u3", 50)));
    assertThat(mixed).hasSize(50).isNotEqualTo(plain);
    assertThat(mixed.getFirst()).isEqualTo(plain.getFirst());
    for (DiversityRequest bad :
        List.of(
            new DiversityRequest("genre", null, null),
            new DiversityRequest(null, 3, null),
            new DiversityRequest("genre", 0, null),
            new DiversityRequest(null, null, -0.1),
            new DiversityRequest(null, null, 1.1),
            new DiversityRequest(null, null, Double.NaN))) {
      assertRefused(() -> ranker.recommend(diverse(bad)), ProblemCode.INVALID_VALUE);
    }
    assertRefused(
        () -> ranker.recommend(diverse(new DiversityRequest("gnre", 1, null))),
        ProblemCode.UNKNOWN_FIELD);
  }

  @Test
  void users_are_split_by_a_hash_that_stays_and_parts_answer_with_their_own_generation() {
    serve(1);
    active.split(
        new ActiveModel.Split(
            "salt",
            List.of(
                new ActiveModel.Arm("A", 0.25, null),
                new ActiveModel.Arm("B", 0.5, new Leases<>(slot(2))))));
    int[] counts = new int[3];
    for (int u = 0; u < 4000; u++) {
      Ranking ranking = ranker.recommend(recommend("user" + u, 1));
      String variant = ranking.variant();
      counts[variant == null ? 2 : variant.charAt(0) - 'A']++;
      assertThat(ranking.generation()).isEqualTo("B".equals(variant) ? 2 : 1);
    }
    assertThat(counts[0]).isBetween(850, 1150);
    assertThat(counts[1]).isBetween(850, 1150);
    assertThat(ActiveModel.Split.place("salt", "user1"))
        .isEqualTo(ActiveModel.Split.place("salt", "user1"));
    List<String> several = IntStream.range(0, 8).mapToObj(u -> "user" + u).toList();
    RankingBatch batch = ranker.recommend(batch(several, 2));
    for (RankingBatch.Entry entry : batch.rankings()) {
      Ranking alone = ranker.recommend(recommend(entry.userId(), 2));
      assertThat(entry.ranking().variant()).isEqualTo(alone.variant());
      assertThat(entry.ranking().generation()).isEqualTo(alone.generation());
    }
    active.split(new ActiveModel.Split("", List.of()));
    assertThat(ranker.recommend(recommend("user1", 1)).variant()).isNull();
  }

  // The world.

  private float[] serve(int generation) {
    ActiveModel.Slot slot = slot(generation);
    ServedModel model = Objects.requireNonNull(slot.model());
    active.replace(model);
    float[] users = new float[USERS * DIM];
    for (int u = 0; u < USERS; u++) {
      model.users().copyVector(u, users, u * DIM);
    }
    return users;
  }

  private ActiveModel.Slot slot(int generation) {
    float[] items = gaussians(ITEMS);
    return new ActiveModel.Slot(
        new ServedModel(
            generation,
            "mf",
            0,
            ArenaTable.load(
                MultiSizeTable.uniform(
                    "item", "entity", DIM, IntStream.range(0, ITEMS).toArray(), items)),
            ArenaTable.load(
                MultiSizeTable.uniform(
                    "user", "user", DIM, IntStream.range(0, USERS).toArray(), gaussians(USERS))),
            new FoldIn(DIM, items, new MfObjective.Als(0.1, 0.04, 0.75))));
  }

  private float[] gaussians(int rows) {
    float[] values = new float[rows * DIM];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private float[] vector(String item) {
    float[] vector = new float[DIM];
    try (var lent = active.acquireFor(null)) {
      Objects.requireNonNull(lent.model()).items().copyVector(number(item), vector, 0);
    }
    return vector;
  }

  private void event(String user, String type, String item, long timeMs) {
    store.append(List.of(new Event(null, type, user, item, 1, timeMs, null, null)));
  }

  private void put(String item, String fields) {
    store.putItems(List.of(update(item, fields)));
    records.changed(new ItemRecordsChanged(List.of(item)));
  }

  private void putUser(String user, String fields) {
    store.putUsers(List.of(update(user, fields)));
    records.changed(new UserRecordsChanged(List.of(user)));
  }

  private static CatalogueUpdate update(String id, String fields) {
    return new CatalogueUpdate(id, fields, List.of(), false, 0, CatalogueUpdate.ANY_VERSION);
  }

  private static Filter eq(String field, Object... values) {
    return new Filter(null, null, null, field, List.of(values), null, null, null);
  }

  private static RecommendRequest recommend(String user, int limit) {
    return RecommendRequest.of(user, limit);
  }

  private static RecommendRequest filtered(String user, Filter filter) {
    return new RecommendRequest(user, null, 50, null, null, filter, null, null, null, null, null);
  }

  private static RecommendRequest page(String user, int limit, @Nullable String cursor) {
    return new RecommendRequest(
        user, null, limit, null, cursor, null, null, null, null, null, null);
  }

  private static RecommendRequest history(String... items) {
    return new RecommendRequest(
        null, List.of(items), 20, null, null, null, null, null, null, null, null);
  }

  private static RecommendRequest popularBy(String user, String field) {
    return new RecommendRequest(user, null, 3, null, null, null, null, null, null, field, null);
  }

  private static RecommendRequest diverse(DiversityRequest diversity) {
    return new RecommendRequest(
        "u3", null, 50, null, null, null, null, null, diversity, null, null);
  }

  private static RecommendBatchRequest batch(List<String> users, int limit) {
    return new RecommendBatchRequest(users, limit, null, null, null, null, null);
  }

  private static List<RankRequest.Candidate> candidates(String... ids) {
    return Arrays.stream(ids).map(RankRequest.Candidate::new).toList();
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(1));
  }

  private static List<String> ids(Ranking ranking) {
    return ranking.items().stream().map(Ranking.Entry::id).toList();
  }

  private static void assertRefused(Runnable call, ProblemCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
