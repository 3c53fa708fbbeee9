package org.espalier.service.ranking;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.Spans;
import org.espalier.service.ranking.Answers.By;
import org.espalier.service.ranking.Finder.Found;
import org.espalier.service.ranking.Finder.Taste;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers rankings: with the active model where it knows the user and the items, by popularity where it does not or where
 * there is none. Hidden and deleted items never appear.
 */
final class Ranker {

  private static final int LIMIT_DEFAULT = 10;

  /** The span of finding out which items may be ranked. */
  private static final String FILTER = "ranking.filter";

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Store store;
  private final ActiveModel active;
  private final RequestReader requests;
  private final Finder finder;
  private final Cursors cursors;
  private final Explanations explanations;
  private final RankingProperties properties;
  private final Spans spans;
  private final Answers answers;

  Ranker(
      Store store,
      ActiveModel active,
      RequestReader requests,
      Finder finder,
      Cursors cursors,
      Explanations explanations,
      RankingProperties properties,
      Spans spans) {
    this.store = store;
    this.active = active;
    this.requests = requests;
    this.finder = finder;
    this.cursors = cursors;
    this.explanations = explanations;
    this.properties = properties;
    this.spans = spans;
    this.answers = new Answers(store.dictionary());
  }

  /** Puts a request's candidates in order. */
  Ranking rank(RankRequest request) {
    long startNs = System.nanoTime();
    Subject subject = requests.subject(request.userId(), request.history());
    requests.requireCandidates(request.items());
    int limit = request.limit() == null ? properties.candidatesMax() : request.limit();
    RequestReader.requireRange("limit", limit, 1, properties.candidatesMax());
    long applied = store.lastSequence();
    Query query;
    Candidates candidates;
    try (var _ = spans.stage(FILTER)) {
      query = finder.unseen(requests.query(request), subject, applied);
      candidates = new Candidates(request.items(), store.dictionary(), query::passes);
    }
    try (var lent = active.acquireFor(subject.userId())) {
      ServedModel model = lent.model();
      Optional<Taste> taste = finder.taste(model, subject, applied);
      Hits ranked = candidates.rank(scores(candidates, model, taste));
      int depth = Math.max(1, ranked.size());
      Hits hits =
          finder.diversify(
              query, n -> Finder.first(ranked, n), Math.min(limit, depth), depth, model);
      String fallback = taste.isPresent() ? taste.get().fallback() : Ranking.POPULAR;
      By by = new By(model, fallback, lent.variant(), applied, startNs);
      Ranking ranking = Answers.of(hits, candidates, limit, by);
      return request.wantsExplanation()
          ? explanations.of(ranking, subject.user(), model, startNs)
          : ranking;
    }
  }

  private float[] scores(
      Candidates candidates, @Nullable ServedModel model, Optional<Taste> taste) {
    try (var _ = spans.stage(Finder.SCORE)) {
      float[] scores = new float[candidates.count()];
      if (model != null && taste.isPresent()) {
        model.score(taste.get().vector(), candidates.tokens(), candidates.count(), scores);
      } else {
        for (int i = 0; i < scores.length; i++) {
          scores[i] = finder.popularity(candidates.tokens()[i]);
        }
      }
      return scores;
    }
  }

  /** Retrieves the items that fit best. */
  Ranking recommend(RecommendRequest request) {
    long startNs = System.nanoTime();
    Subject subject = requests.subject(request.userId(), request.history());
    int limit = limit(request.limit());
    Cursors.Place place = place(request);
    Query wanted;
    try (var _ = spans.stage(FILTER)) {
      wanted = requests.query(request);
    }
    int depth = wanted.diversity().marginal() ? Diversity.POOL : properties.depthMax();
    RequestReader.requireRange("limit", limit, 1, depth);
    RequestReader.requireRange("offset", place.offset(), 0, depth - limit);
    Query query = finder.unseen(wanted, subject, place.through());
    try (var lent = active.acquireFor(subject.userId())) {
      ServedModel model = lent.model();
      if (request.cursor() != null) {
        requireGeneration(place.generation(), model);
      }
      Optional<Taste> taste = finder.taste(model, subject, place.through());
      int end = place.offset() + limit;
      Found found =
          finder.find(
              model, taste, subject, query, end + 1, properties.depthMax(), place.through());
      By by = new By(model, found.fallback(), lent.variant(), found.applied(), startNs);
      boolean more = found.hits().size() > end && end + limit <= depth;
      Cursors.Place next = new Cursors.Place(by.generation(), end, place.through());
      String cursor = more ? cursors.write(next, text(request)) : null;
      Ranking ranking = answers.of(found.hits(), place.offset(), limit, by, cursor);
      return request.wantsExplanation()
          ? explanations.of(ranking, subject.user(), model, startNs)
          : ranking;
    }
  }

  /** Retrieves the items that fit each of several users best. */
  RankingBatch recommend(RecommendBatchRequest request) {
    long startNs = System.nanoTime();
    List<String> ids = request.userIds();
    RequestReader.requireIds("user_ids", ids, properties.usersMax());
    int limit = limit(request.limit());
    if ((long) limit * ids.size() > properties.depthMax()) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "limit is %d for each of %d users; at most %d results are given at once"
              .formatted(limit, ids.size(), properties.depthMax()));
    }
    long applied = store.lastSequence();
    Query query;
    try (var _ = spans.stage(FILTER)) {
      query = requests.query(request);
    }
    if (query.diversity().marginal()) {
      RequestReader.requireRange("limit", limit, 1, Diversity.POOL);
    }
    List<Subject> subjects = ids.stream().map(requests::user).toList();
    RankingBatch.Entry[] entries = new RankingBatch.Entry[ids.size()];
    try (var lent = active.acquireForAll(ids)) {
      Map<ActiveModel.Slot, List<Integer>> bySlot =
          IntStream.range(0, entries.length)
              .boxed()
              .collect(Collectors.groupingBy(i -> lent.of(i).slot()));
      bySlot.forEach((slot, places) -> {
        List<Subject> some = places.stream().map(subjects::get).toList();
        List<Found> found =
            finder.findAll(slot.model(), some, query, limit, properties.depthMax(), applied);
        for (int p = 0; p < found.size(); p++) {
          int i = places.get(p);
          Found one = found.get(p);
          By by =
              new By(slot.model(), one.fallback(), lent.of(i).variant(), one.applied(), startNs);
          Ranking ranking = answers.of(one.hits(), 0, limit, by, null);
          entries[i] = new RankingBatch.Entry(ids.get(i), ranking);
        }
      });
    }
    return new RankingBatch(List.of(entries));
  }

  /**
   * The items that a user would be recommended who has chosen this item and nothing else. With a factorisation by
   * alternating least squares that is the similarity between items under which it explains its own scores (Hu, Koren and
   * Volinsky, ICDM 2008, section 5). With vectors made elsewhere it is the inner product of the items' vectors.
   */
  Ranking similar(String itemId, int limit) {
    long startNs = System.nanoTime();
    int item = store.dictionary().find(Field.ENTITY, Ids.require("the item's id", itemId));
    RequestReader.requireRange("n", limit, 1, properties.limitMax());
    if (item < 0) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_ITEM,
          "nothing is known of this id; ids are percent-encoded in paths");
    }
    long applied = store.lastSequence();
    Subject chooser = new Subject(null, -1, new int[] {item});
    Query query = requests.everything().without(RoaringBitmap.bitmapOf(item));
    try (var lent = active.acquireFor(null)) {
      ServedModel model = lent.model();
      Optional<Taste> taste = finder.taste(model, chooser, applied);
      Found found = finder.find(model, taste, chooser, query, limit, limit, applied);
      By by = new By(model, found.fallback(), lent.variant(), found.applied(), startNs);
      return answers.of(found.hits(), 0, limit, by, null);
    }
  }

  private int limit(@Nullable Integer wanted) {
    int limit = wanted == null ? LIMIT_DEFAULT : wanted;
    RequestReader.requireRange("limit", limit, 1, properties.limitMax());
    return limit;
  }

  private Cursors.Place place(RecommendRequest request) {
    if (request.cursor() == null) {
      int offset = request.offset() == null ? 0 : request.offset();
      return new Cursors.Place(0, offset, store.lastSequence());
    }
    if (request.offset() != null) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "offset and cursor exclude each other; give one of them");
    }
    return cursors.read(request.cursor(), text(request));
  }

  private static void requireGeneration(int expected, @Nullable ServedModel model) {
    int current = model == null ? 0 : model.generation();
    if (current != expected) {
      throw new ProblemException(
          ProblemCode.STALE_GENERATION,
          "the cursor is of a ranking by generation %d, and %d answers now; begin again without it"
              .formatted(expected, current));
    }
  }

  /** What a cursor is bound to. */
  private static String text(RecommendRequest request) {
    return JSON.writeValueAsString(request.unpaged());
  }
}
