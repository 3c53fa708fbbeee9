package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.espalier.service.ranking.filter.FilterParser;
import org.espalier.service.ranking.filter.FilterProperties;
import org.espalier.service.ranking.filter.Matches;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** Checks what callers ask for and looks up what they name. */
final class RequestReader {

  private final Dictionary dictionary;
  private final RecordIndex records;
  private final FilterProperties filters;
  private final RankingProperties properties;
  private final Clock clock;

  RequestReader(
      Dictionary dictionary,
      RecordIndex records,
      FilterProperties filters,
      RankingProperties properties,
      Clock clock) {
    this.dictionary = dictionary;
    this.records = records;
    this.filters = filters;
    this.properties = properties;
    this.clock = clock;
  }

  /** Whom a request is for: it names a user or gives a history. */
  Subject subject(@Nullable String userId, @Nullable List<String> history) {
    if (userId == null && history == null) {
      throw new ProblemException(
          ProblemCode.MISSING_FIELD,
          "user_id is missing; for somebody without an id give a history of items instead");
    }
    if (userId != null && history != null) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "user_id and history exclude each other; give one of them");
    }
    return userId != null ? user(userId) : anonymous(history == null ? List.of() : history);
  }

  Subject user(String userId) {
    int user = dictionary.find(Field.USER, Ids.require("user_id", userId));
    return new Subject(userId, user, new int[0]);
  }

  private Subject anonymous(List<String> history) {
    requireIds("history", history, properties.historyInteractions());
    IntOpenHashSet items = new IntOpenHashSet(history.size());
    for (String id : history) {
      int item = dictionary.find(Field.ENTITY, id);
      if (item >= 0) {
        items.add(item);
      }
    }
    return new Subject(null, -1, items.toIntArray());
  }

  /** All items but hidden ones, in plain order. */
  Query everything() {
    return new Query(null, records.hidden(), null, Diversity.NONE, null);
  }

  void requireCandidates(List<RankRequest.Candidate> items) {
    requireCount("items", items.size(), properties.candidatesMax());
    for (int i = 0; i < items.size(); i++) {
      requireId("items", i, items.get(i).id());
    }
  }

  /** Everything but whom it is for and how it is paged. */
  Query query(Wishes wishes) {
    Diversity diversity = diversity(wishes.diversity());
    String popularBy = wishes.popularBy();
    if (popularBy != null) {
      new FilterParser(filters, records.users()).requireField("popular_by", popularBy);
    }
    Query.Seen seen = seen(wishes.excludeSeen());
    List<String> excluded = wishes.excludeItems() == null ? List.of() : wishes.excludeItems();
    requireIds("exclude_items", excluded, properties.candidatesMax());
    if (wishes.filter() == null && excluded.isEmpty()) {
      return new Query(null, records.hidden(), seen, diversity, popularBy);
    }
    Matches matches =
        records.items().find(new FilterParser(filters, records.items()).parse(wishes.filter()));
    RoaringBitmap denied = records.hidden().clone();
    RoaringBitmap others = matches.denied();
    if (others != null) {
      denied.or(others);
    }
    for (String id : excluded) {
      int item = dictionary.find(Field.ENTITY, id);
      if (item >= 0) {
        denied.add(item);
      }
    }
    return new Query(matches.allowed(), denied, seen, diversity, popularBy);
  }

  private Query.@Nullable Seen seen(@Nullable ExcludeSeen wanted) {
    if (wanted == null || wanted.types().isEmpty()) {
      return null;
    }
    requireIds("exclude_seen", wanted.types(), properties.candidatesMax());
    IntOpenHashSet types = new IntOpenHashSet();
    wanted.types().forEach(type -> types.add(dictionary.find(Field.EVENT_TYPE, type)));
    OptionalLong within = wanted.withinMs();
    return new Query.Seen(
        types::contains,
        within.isPresent()
            ? OptionalLong.of(clock.millis() - within.getAsLong())
            : OptionalLong.empty());
  }

  private Diversity diversity(@Nullable DiversityRequest wanted) {
    if (wanted == null) {
      return Diversity.NONE;
    }
    String field = wanted.field();
    Integer cap = wanted.maxPerValue();
    if ((field == null) != (cap == null)) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "diversity.field and diversity.max_per_value go together");
    }
    if (field != null) {
      new FilterParser(filters, records.items()).requireField("diversity.field", field);
    }
    if (cap != null) {
      requireRange("diversity.max_per_value", cap, 1, properties.depthMax());
    }
    double lambda = wanted.lambda() == null ? 1 : wanted.lambda();
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "diversity.lambda must be 0 to 1; 1 is the plain ranking");
    }
    return new Diversity(field, cap == null ? Integer.MAX_VALUE : cap, lambda);
  }

  static void requireIds(String what, List<String> ids, int max) {
    requireCount(what, ids.size(), max);
    for (int i = 0; i < ids.size(); i++) {
      requireId(what, i, ids.get(i));
    }
  }

  private static void requireCount(String what, int count, int max) {
    if (count > max) {
      throw new ProblemException(
          ProblemCode.TOO_MANY_ELEMENTS,
          "%s has %d elements; at most %d are taken".formatted(what, count, max));
    }
  }

  private static void requireId(String what, int i, String id) {
    if (!Ids.isValid(id)) { // its place is written out only then
      Ids.require("%s[%d]".formatted(what, i), id);
    }
  }

  static void requireRange(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "%s must be %d to %d".formatted(what, min, max));
    }
  }
}
