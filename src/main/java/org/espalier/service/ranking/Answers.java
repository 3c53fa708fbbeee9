package org.espalier.service.ranking;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
   * The answer that shows {@code hits[offset .. offset + limit)}.
   *
   * @param model what answered, or would have; null as long as there is none
   * @param popular whether popularity answered in its place
   * @param applied position of the log that was seen
   */
  Ranking of(
      Hits hits,
      int offset,
      int limit,
      @Nullable ServedModel model,
      boolean popular,
      List<String> unknownItems,
      long applied,
      long startNs) {
    String source = popular || model == null ? Ranking.POPULAR : model.name();
    int end = Math.min(hits.size(), offset + limit);
    List<Ranking.Entry> entries = new ArrayList<>(Math.max(0, end - offset));
    for (int i = offset; i < end; i++) {
      int item = hits.tokens()[i];
      int size = model == null ? 0 : Math.max(0, model.items().sizeOf(item));
      String id = dictionary.token(Field.ENTITY, item);
      entries.add(new Ranking.Entry(id, hits.scores()[i], i + 1, source, size, null));
    }
    return new Ranking(
        newRankingId(),
        model == null ? null : model.generation(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs),
        popular ? Ranking.POPULAR : null,
        unknownItems,
        applied,
        entries);
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
