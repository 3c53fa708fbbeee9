package org.espalier.service.platform;

import org.espalier.embeddings.store.Store;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The store: opened before, and closed after, everything that uses it. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

  @Bean
  Store store(
      EspalierProperties espalier, StoreProperties properties, ObjectProvider<EarlyStore> early) {
    EarlyStore opening = early.getIfAvailable();
    return opening == null ? Store.open(espalier.storeDir(), properties.options()) : opening.take();
  }
}
