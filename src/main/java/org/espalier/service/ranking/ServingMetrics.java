package org.espalier.service.ranking;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/** What answers rankings; 0 as long as popularity does. */
@Component
final class ServingMetrics implements MeterBinder {

  private final ActiveModel active;

  ServingMetrics(ActiveModel active) {
    this.active = active;
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    Gauge.builder("espalier.serving.generation", this, all -> all.of(ServedModel::generation))
        .description("The generation that answers")
        .register(meters);
    Gauge.builder(
            "espalier.serving",
            this,
            all -> all.of(model -> (double) model.items().bytes() + model.users().bytes()))
        .baseUnit("bytes")
        .description("Its vectors in memory")
        .register(meters);
  }

  private double of(ToDoubleFunction<ServedModel> value) {
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      return model == null ? 0 : value.applyAsDouble(model);
    }
  }
}
