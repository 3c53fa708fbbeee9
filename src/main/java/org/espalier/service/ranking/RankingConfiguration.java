package org.espalier.service.ranking;

import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.platform.ServedTables;
import org.espalier.service.platform.TypeWeights;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of a ranking and how they hang together. */
@Configuration(proxyBeanMethods = false)
class RankingConfiguration {

  @Bean
  ActiveModel activeModel(Store store) {
    ActiveModel active = new ActiveModel();
    store.onCommit(active::committed);
    return active;
  }

  @Bean
  ModelLoader modelLoader(Store store, ActiveModel active, LiveVectors live) {
    return new ModelLoader(store, active, live);
  }

  @Bean
  ServedTables servedTables(ActiveModel active) {
    return () -> LentModel.of(active);
  }

  @Bean
  Ranker ranker(
      Store store,
      ActiveModel active,
      HiddenItems hidden,
      ExplainProperties explain,
      InteractionProperties interactions,
      RankingProperties properties) {
    TypeWeights weights = new TypeWeights(store.dictionary(), interactions);
    History history = new History(store.histories(), weights, properties);
    return new Ranker(
        store,
        active,
        new UserVectors(history),
        history,
        hidden,
        new PopularItems(store, weights),
        new Explanations(store.dictionary(), explain),
        properties);
  }
}
