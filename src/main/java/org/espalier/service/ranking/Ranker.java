package org.espalier.service.ranking;

import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.espalier.embeddings.arena.ExactSearch;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.ranking.PopularItems.Popular;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Answers rankings: with the active model where it knows the user and the items, by popularity where it does not or where
 * there is none. Hidden and deleted items never appear.
 */
final class Ranker {

  private final Store store;
  private final ActiveModel active;
  private final UserVectors users;
  private final History history;
  private final HiddenItems hidden;
  private final PopularItems popular;
  private final Explanations explanations;
  private final RankingProperties properties;
  private final Answers answers;

  Ranker(
      Store store,
      ActiveModel active,
      UserVectors users,
      History history,
      HiddenItems hidden,
      PopularItems popular,
      Explanations explanations,
      RankingProperties properties) {
    this.store = store;
    this.active = active;
    this.users = users;
    this.history = history;
    this.hidden = hidden;
    this.popular = popular;
    this.explanations = explanations;
    this.properties = properties;
    this.answers = new Answers(store.dictionary());
  }

  /** Puts a request's candidates in order. */
  Ranking rank(RankRequest request) {
    long startNs = System.nanoTime();
    int user = user(request.userId());
    requireIds("items", request.items().stream().map(RankRequest.Candidate::id).toList());
    Candidates candidates = new Candidates(request.items(), store.dictionary(), hidden);
    long now = store.lastSequence();
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      long applied = model == null ? now : model.applied(now);
      Optional<float[]> vector = model == null ? Optional.empty() : users.find(model, user);
      float[] scores = new float[candidates.count()];
      if (model != null && vector.isPresent()) {
        model.score(vector.get(), candidates.tokens(), candidates.count(), scores);
      } else {
        for (int i = 0; i < scores.length; i++) {
          scores[i] = popular.score(candidates.tokens()[i]);
        }
      }
      Hits hits = candidates.rank(scores);
      boolean fallback = vector.isEmpty();
      Ranking ranking =
          answers.of(hits, 0, hits.size(), model, fallback, candidates.unknown(), applied, startNs);
      return request.wantsExplanation() ? explanations.of(ranking, user, model, startNs) : ranking;
    }
  }

  /** Retrieves the items that fit a user best. */
  Ranking recommend(RecommendRequest request) {
    long startNs = System.nanoTime();
    int user = user(request.userId());
    int limit = request.limitOrDefault();
    int offset = request.offsetOrDefault();
    requireRange("limit", limit, 1, properties.limitMax());
    requireRange("offset", offset, 0, properties.depthMax() - limit);
    RoaringBitmap denied = denied(request, user);
    long now = store.lastSequence();
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      long applied = model == null ? now : model.applied(now);
      Optional<float[]> vector = model == null ? Optional.empty() : users.find(model, user);
      Ranking ranking = retrieve(model, vector, denied, offset, limit, applied, startNs);
      return request.wantsExplanation() ? explanations.of(ranking, user, model, startNs) : ranking;
    }
  }

  /**
   * The items that a user would be recommended who has chosen this item and nothing else. With a factorisation by
   * alternating least squares that is the similarity between items under which it explains its own scores (Hu, Koren and
   * Volinsky, ICDM 2008, section 5). With vectors made elsewhere it is the inner product of the items' vectors.
   */
  Ranking similar(String itemId, int limit) {
    long startNs = System.nanoTime();
    int item = store.dictionary().find(Field.ENTITY, Ids.require("the item's id", itemId));
    requireRange("n", limit, 1, properties.limitMax());
    if (item < 0) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_ITEM,
          "nothing is known of this id; ids are percent-encoded in paths");
    }
    RoaringBitmap denied = RoaringBitmap.or(hidden.ids(), RoaringBitmap.bitmapOf(item));
    long now = store.lastSequence();
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      long applied = model == null ? now : model.applied(now);
      Optional<float[]> vector =
          model == null ? Optional.empty() : UserVectors.ofWhoeverChose(model, item);
      return retrieve(model, vector, denied, 0, limit, applied, startNs);
    }
  }

  private Ranking retrieve(
      @Nullable ServedModel model,
      Optional<float[]> vector,
      RoaringBitmap denied,
      int offset,
      int limit,
      long applied,
      long startNs) {
    if (model != null && vector.isPresent()) {
      Hits hits = ExactSearch.search(model.items(), vector.get(), offset + limit, null, denied);
      return answers.of(hits, offset, limit, model, false, List.of(), applied, startNs);
    }
    Popular found = popular.top(offset + limit, denied);
    return answers.of(
        found.hits(), offset, limit, model, true, List.of(), found.applied(), startNs);
  }

  private RoaringBitmap denied(RecommendRequest request, int user) {
    requireIds("exclude_items", request.excludedItems());
    requireIds("exclude_seen", request.excludedTypes());
    if (request.excludedItems().isEmpty() && request.excludedTypes().isEmpty()) {
      return hidden.ids();
    }
    Dictionary dictionary = store.dictionary();
    RoaringBitmap denied = hidden.ids().clone();
    for (String id : request.excludedItems()) {
      int item = dictionary.find(Field.ENTITY, id);
      if (item >= 0) {
        denied.add(item);
      }
    }
    if (user >= 0 && !request.excludedTypes().isEmpty()) {
      IntPredicate seen =
          request.excludedTypes().stream()
                  .map(type -> dictionary.find(Field.EVENT_TYPE, type))
                  .collect(Collectors.toSet())
              ::contains;
      denied.or(history.items(user, seen));
    }
    return denied;
  }

  private int user(String userId) {
    return store.dictionary().find(Field.USER, Ids.require("user_id", userId));
  }

  private void requireIds(String what, List<String> ids) {
    if (ids.size() > properties.candidatesMax()) {
      throw new ProblemException(
          ProblemCode.TOO_MANY_ELEMENTS,
          "%s has %d elements; at most %d are taken"
              .formatted(what, ids.size(), properties.candidatesMax()));
    }
    for (int i = 0; i < ids.size(); i++) {
      Ids.require("%s[%d]".formatted(what, i), ids.get(i));
    }
  }

  private static void requireRange(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "%s must be %d to %d".formatted(what, min, max));
    }
  }
}
