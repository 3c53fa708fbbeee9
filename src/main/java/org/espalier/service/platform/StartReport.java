package org.espalier.service.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.lang.management.ManagementFactory;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Says once, in the log and as metrics, what runs where. */
@Component
class StartReport {

  private static final Logger log = LoggerFactory.getLogger(StartReport.class);

  private final EspalierProperties properties;
  private final Store store;
  private final Environment environment;
  private final String kernel = FloatKernels.best().name();

  StartReport(
      EspalierProperties properties, Store store, Environment environment, MeterRegistry meters) {
    this.properties = properties;
    this.store = store;
    this.environment = environment;
    meters.gauge("espalier.kernel", Tags.of("name", kernel), 1);
    meters.gauge("espalier.log.sequence", store, Store::lastSequence);
  }

  private String managementPort() {
    String own = environment.getProperty("local.management.port");
    return own == null || own.equals(environment.getProperty("local.server.port"))
        ? ""
        : ", to administrators on port " + own;
  }

  @EventListener(ApplicationReadyEvent.class)
  void ready() {
    log.info(
        "Espalier {} answers on http://{}:{}{}, data in {} up to event {}, kernels {}, {} s after the"
            + " process began",
        properties.version(),
        environment.getProperty("server.address"),
        environment.getProperty("local.server.port"),
        managementPort(),
        properties.dataDir().toAbsolutePath().normalize(),
        store.lastSequence(),
        kernel,
        "%.1f".formatted(ManagementFactory.getRuntimeMXBean().getUptime() * 1e-3));
  }
}
