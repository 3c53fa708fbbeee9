package org.espalier.service.propagation;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.InteractionProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The trainer of propagators, and the refresh of the one that serves. */
@Configuration(proxyBeanMethods = false)
class PropagationConfiguration {

  @Bean
  PropagationTrainer propagationTrainer(
      Store store, InteractionProperties interactions, Clock clock, EspalierProperties properties) {
    return new PropagationTrainer(store, interactions, clock, properties.version());
  }

  @Bean
  LivePropagation livePropagation(
      Store store,
      InteractionProperties interactions,
      RefreshProperties properties,
      MeterRegistry meters) {
    return new LivePropagation(store, interactions, properties, meters);
  }
}
