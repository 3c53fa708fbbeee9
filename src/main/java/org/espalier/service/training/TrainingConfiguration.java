package org.espalier.service.training;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.ServedTables;
import org.espalier.service.platform.TypeWeights;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The trainer of a running service, and what a search needs of it. */
@Configuration(proxyBeanMethods = false)
class TrainingConfiguration {

  @Bean
  ModelTrainer modelTrainer(
      Store store, InteractionProperties interactions, Clock clock, EspalierProperties properties) {
    return new ModelTrainer(store, interactions, clock, properties.version());
  }

  @Bean
  SizeDrift sizeDrift(
      Store store,
      ServedTables served,
      InteractionProperties interactions,
      DriftProperties properties,
      MeterRegistry meters) {
    return new SizeDrift(
        store, served, new TypeWeights(store.dictionary(), interactions), properties, meters);
  }

  @Bean
  SearchStore searchStore(
      Store store, InteractionProperties interactions, Clock clock, EspalierProperties properties) {
    return new SearchStore(store, interactions, clock, properties.version());
  }
}
