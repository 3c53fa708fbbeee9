package org.espalier.service.ranking;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.espalier.kgat.explain.Explanation;
import org.jspecify.annotations.Nullable;

/** Says why items were ranked, by the graph of the model that did. */
final class Explanations {

  private final Dictionary dictionary;
  private final ExplainProperties properties;

  Explanations(Dictionary dictionary, ExplainProperties properties) {
    this.dictionary = dictionary;
    this.properties = properties;
  }

  /**
   * The same ranking with explanations of its first items.
   *
   * @param user id of the user; negative for one that is not known
   * @param model what answered; null as long as there is none
   * @param startNs when the request came
   */
  Ranking of(Ranking ranking, int user, @Nullable ServedModel model, long startNs) {
    List<Ranking.Entry> entries = new ArrayList<>(ranking.items());
    for (int i = 0; i < Math.min(entries.size(), properties.itemsMax()); i++) {
      Ranking.Entry entry = entries.get(i);
      entries.set(
          i,
          new Ranking.Entry(
              entry.id(),
              entry.score(),
              entry.rank(),
              entry.source(),
              entry.size(),
              new Ranking.Explain(paths(user, entry.id(), model))));
    }
    return new Ranking(
        ranking.rankingId(),
        ranking.generation(),
        ranking.variant(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs),
        ranking.fallback(),
        ranking.unknownItems(),
        ranking.applied(),
        entries,
        ranking.nextCursor());
  }

  private List<Ranking.Path> paths(int user, String itemId, @Nullable ServedModel model) {
    int item = dictionary.find(Field.ENTITY, itemId);
    if (user < 0 || item < 0 || model == null || model.live() == null) {
      return List.of();
    }
    return model.live().explain(user, item, properties.pathsMax()).stream()
        .map(Explanations::path)
        .toList();
  }

  private static Ranking.Path path(Explanation explanation) {
    return new Ranking.Path(
        explanation.weight(),
        explanation.steps().stream()
            .map(step ->
                new Ranking.Hop(
                    step.from(), step.relation(), step.inverse(), step.to(), step.weight()))
            .toList());
  }
}
