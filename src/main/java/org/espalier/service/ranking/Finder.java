package org.espalier.service.ranking;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.ExactSearch;
import org.espalier.embeddings.arena.Hits;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.Spans.Running;
import org.espalier.service.ranking.PopularItems.Popular;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Finds items for somebody: with a model by a vector, which is the user's own where anything is known of them, else that
 * of users with the same attributes; and by popularity where there is no such vector.
 */
final class Finder {

  /** The span of finding a vector that stands for somebody. */
  private static final String LOOKUP = "ranking.lookup";

  /** The span of scoring items. */
  static final String SCORE = "ranking.score";

  private static final RoaringBitmap NOTHING = new RoaringBitmap(); // never changed

  private final UserVectors users;
  private final Lookalikes lookalikes;
  private final History history;
  private final RecordIndex records;
  private final PopularItems popular;
  private final PopularSegments segments;
  private final Spans spans;

  Finder(
      UserVectors users,
      Lookalikes lookalikes,
      History history,
      RecordIndex records,
      PopularItems popular,
      PopularSegments segments,
      Spans spans) {
    this.users = users;
    this.lookalikes = lookalikes;
    this.history = history;
    this.records = records;
    this.popular = popular;
    this.segments = segments;
    this.spans = spans;
  }

  /**
   * A vector that stands for somebody.
   *
   * @param fallback what it was made of when the model knew nothing of them; null when it did
   */
  @SuppressWarnings("ArrayRecordComponent") // of one request, never compared
  record Taste(float[] vector, @Nullable String fallback) {}

  /**
   * Items, best first.
   *
   * @param fallback what found them in the model's place; null when the model did
   * @param applied position of the log that was seen
   */
  record Found(Hits hits, @Nullable String fallback, long applied) {}

  /**
   * What somebody likes; empty when nothing that the model knows is known of them.
   *
   * @param through position of the log up to which a user's own events count
   */
  Optional<Taste> taste(@Nullable ServedModel model, Subject subject, long through) {
    try (var _ = spans.stage(LOOKUP)) {
      return tasteNow(model, subject, through);
    }
  }

  private Optional<Taste> tasteNow(@Nullable ServedModel model, Subject subject, long through) {
    if (model == null) {
      return Optional.empty();
    }
    Optional<float[]> own =
        subject.userId() == null
            ? UserVectors.ofWhoeverChose(model, subject.history())
            : users.find(model, subject.user(), through);
    if (own.isPresent()) {
      return Optional.of(new Taste(own.get(), null));
    }
    return lookalikes
        .find(model, subject.user())
        .map(vector -> new Taste(vector, Ranking.ATTRIBUTES));
  }

  /** The query without what the user has seen; the query itself when that is nothing. */
  Query unseen(Query query, Subject subject, long through) {
    RoaringBitmap seen = seen(query, subject, through);
    return seen.isEmpty() ? query : query.without(seen);
  }

  private RoaringBitmap seen(Query query, Subject subject, long through) {
    Query.Seen seen = query.seen();
    return seen == null || subject.user() < 0
        ? new RoaringBitmap()
        : history.items(
            subject.user(), seen.types(), seen.sinceMs().orElse(Long.MIN_VALUE), through);
  }

  /** How popular an item is, now. */
  float popularity(int item) {
    return popular.score(item);
  }

  /** A ranking with the query's diversity. */
  Hits diversify(
      Query query,
      IntFunction<Hits> ranking,
      int wanted,
      int depthMax,
      @Nullable ServedModel model) {
    ArenaTable vectors = model == null ? null : model.items();
    try (var _ = query.diversity().none() ? Running.NOTHING : spans.stage("ranking.diversify")) {
      return query.diversity().choose(ranking, wanted, depthMax, records, vectors);
    }
  }

  /**
   * The best items for somebody.
   *
   * @param query without what they have seen
   * @param wanted how many
   * @param depthMax how deep diversity may look
   */
  Found find(
      @Nullable ServedModel model,
      Optional<Taste> taste,
      Subject subject,
      Query query,
      int wanted,
      int depthMax,
      long applied) {
    if (model != null && taste.isPresent()) {
      float[] vector = taste.get().vector();
      IntFunction<Hits> ranking =
          n -> {
            try (var _ = spans.stage(SCORE)) {
              return ExactSearch.search(model.items(), vector, n, query.allowed(), query.denied());
            }
          };
      Hits hits = diversify(query, ranking, wanted, depthMax, model);
      return new Found(hits, taste.get().fallback(), applied);
    }
    String field = query.popularBy();
    if (field != null && subject.user() >= 0) {
      Optional<Hits> segment =
          segments.top(field, subject.user(), depthMax, query.allowed(), query.denied());
      if (segment.isPresent()) {
        Hits hits = diversify(query, n -> first(segment.get(), n), wanted, depthMax, model);
        return new Found(hits, Ranking.POPULAR_SEGMENT, applied);
      }
    }
    Popular top =
        popular.top(query.diversity().none() ? wanted : depthMax, query.allowed(), query.denied());
    Hits hits = diversify(query, n -> first(top.hits(), n), wanted, depthMax, model);
    return new Found(hits, Ranking.POPULAR, top.applied());
  }

  /** The best items for each of several; those with a vector share a pass over the catalogue. */
  List<Found> findAll(
      @Nullable ServedModel model,
      List<Subject> subjects,
      Query query,
      int wanted,
      int depthMax,
      long applied) {
    List<Optional<Taste>> tastes;
    try (var _ = spans.stage(LOOKUP)) { // one for all of them
      tastes = subjects.stream().map(subject -> tasteNow(model, subject, applied)).toList();
    }
    if (model == null || !query.diversity().none()) {
      List<Found> found = new ArrayList<>();
      for (int i = 0; i < subjects.size(); i++) {
        Query own = unseen(query, subjects.get(i), applied);
        found.add(find(model, tastes.get(i), subjects.get(i), own, wanted, depthMax, applied));
      }
      return found;
    }
    // What one user has seen takes places from nobody else: enough are found, then it is left out.
    List<RoaringBitmap> seen =
        subjects.stream().map(subject -> seen(query, subject, applied)).toList();
    int more = seen.stream().mapToInt(RoaringBitmap::getCardinality).max().orElse(0);
    float[][] vectors =
        tastes.stream().flatMap(Optional::stream).map(Taste::vector).toArray(float[][]::new);
    Hits[] hits;
    try (var _ = spans.stage(SCORE)) {
      hits =
          ExactSearch.searchBatch(
              model.items(), vectors, wanted + more, query.allowed(), query.denied());
    }
    List<Found> found = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < subjects.size(); i++) {
      Optional<Taste> taste = tastes.get(i);
      if (taste.isPresent()) {
        Hits best = PopularItems.take(hits[next++], wanted, null, seen.get(i));
        found.add(new Found(best, taste.get().fallback(), applied));
      } else {
        Query own = query.without(seen.get(i));
        found.add(find(model, taste, subjects.get(i), own, wanted, depthMax, applied));
      }
    }
    return found;
  }

  static Hits first(Hits hits, int count) {
    return hits.size() <= count ? hits : PopularItems.take(hits, count, null, NOTHING);
  }
}
