package org.espalier.service.ranking;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.jspecify.annotations.Nullable;

/** Makes the answer of hits. */
final class Answers {

  private final Dictionary dictionary;

  Answers(Dictionary dictionary) {
    this.dictionary = dictionary;
  }

  /**
   * What found the hits.
   *
   * @param model what answered, or would have; null as long as there is none
   * @param fallback what answered in its place; null when it did
   * @param variant the user's part in an experiment; null for none
   * @param applied position of the log that was seen
   * @param startNs when the request came
   */
  record By(
      @Nullable ServedModel model,
      @Nullable String fallback,
      @Nullable String variant,
      long applied,
      long startNs) {

    /** The generation's number; 0 for none. */
    int generation() {
      return model == null ? 0 : model.generation();
    }

    private String source() {
      return model == null || (fallback != null && !fallback.equals(Ranking.ATTRIBUTES))
          ? String.valueOf(fallback)
          : model.name();
    }
  }

  /** The answer that shows {@code hits[offset .. offset + limit)}. */
  Ranking of(Hits hits, int offset, int limit, By by, @Nullable String nextCursor) {
    return of(
        hits,
        item -> dictionary.token(Field.ENTITY, item),
        offset,
        limit,
        by,
        List.of(),
        nextCursor);
  }

  /** The answer that shows the first of a request's candidates. */
  static Ranking of(Hits hits, Candidates candidates, int limit, By by) {
    return of(hits, candidates::id, 0, limit, by, candidates.unknown(), null);
  }

  private static Ranking of(
      Hits hits,
      IntFunction<String> idOf,
      int offset,
      int limit,
      By by,
      List<String> unknownItems,
      @Nullable String nextCursor) {
    ServedModel model = by.model();
    String source = by.source();
    int end = Math.min(hits.size(), offset + limit);
    List<Ranking.Entry> entries = new ArrayList<>(Math.max(0, end - offset));
    for (int i = offset; i < end; i++) {
      int item = hits.tokens()[i];
      int size = model == null ? 0 : Math.max(0, model.items().sizeOf(item));
      entries.add(new Ranking.Entry(idOf.apply(item), hits.scores()[i], i + 1, source, size, null));
    }
    return new Ranking(
        newRankingId(),
        model == null ? null : model.generation(),
        by.variant(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - by.startNs()),
        by.fallback(),
        unknownItems,
        model == null ? by.applied() : model.applied(by.applied()),
        entries,
        nextCursor);
  }

  private static String newRankingId() {
    UUID id = UUID.randomUUID();
    byte[] bytes =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
