package org.espalier.kgat.train;

import java.util.Optional;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;

/** Builds the graph of a data folder. */
public final class CkgFolder {

  private CkgFolder() {}

  /** Interactions and, where given, triples. Items are the first entities. */
  public static Ckg graph(Interactions train, Optional<KnowledgeGraph> knowledge) {
    return graph(train, knowledge, 1);
  }

  /**
   * The same.
   *
   * @param tripleWeight of a triple where an interaction weighs 1
   */
  public static Ckg graph(
      Interactions train, Optional<KnowledgeGraph> knowledge, float tripleWeight) {
    int entities = knowledge.map(k -> k.entities().size()).orElse(train.itemCount());
    CkgBuilder builder = new CkgBuilder(train.userCount(), entities);
    for (int user = 0; user < train.userCount(); user++) {
      for (int at = train.begin(user); at < train.end(user); at++) {
        builder.interaction(user, train.item(at), 1);
      }
    }
    knowledge.ifPresent(k -> {
      for (int i = 0; i < k.tripleCount(); i++) {
        builder.edge(k.relationIds()[i], k.heads()[i], k.tails()[i], tripleWeight);
      }
    });
    return builder.build();
  }
}
