package org.espalier.service.ranking;

import java.time.Clock;
import org.espalier.embeddings.store.Store;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.platform.ServedTables;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.TypeWeights;
import org.espalier.service.ranking.filter.FilterProperties;
import org.springframework.beans.factory.ObjectProvider;
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
  ModelLoader modelLoader(
      Store store, ActiveModel active, LiveVectors live, ObjectProvider<EarlyModel> early) {
    return new ModelLoader(store, active, live, early.getIfAvailable());
  }

  @Bean
  ServedTables servedTables(ActiveModel active) {
    return () -> LentModel.of(active);
  }

  @Bean
  RecordIndex recordIndex(Store store) {
    return new RecordIndex(store);
  }

  @Bean
  Ranker ranker(
      Store store,
      ActiveModel active,
      RecordIndex records,
      ExplainProperties explain,
      InteractionProperties interactions,
      PopularityProperties popularity,
      FilterProperties filters,
      RankingProperties properties,
      Instance instance,
      Clock clock,
      Spans spans) {
    TypeWeights weights = new TypeWeights(store.dictionary(), interactions);
    History history = new History(store.histories(), weights, properties);
    Finder finder =
        new Finder(
            new UserVectors(history),
            new Lookalikes(records),
            history,
            records,
            new PopularItems(store, weights, popularity),
            new PopularSegments(store.histories(), weights, popularity, records),
            spans);
    return new Ranker(
        store,
        active,
        new RequestReader(store.dictionary(), records, filters, properties, clock),
        finder,
        new Cursors(instance.id()),
        new Explanations(store.dictionary(), explain),
        properties,
        spans);
  }
}
