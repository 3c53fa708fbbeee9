package org.espalier.service.platform;

import io.micrometer.common.KeyValues;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.exporter.SpanExportingPredicate;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.opentelemetry.sdk.trace.IdGenerator;
import org.espalier.service.wire.TraceId;
import org.slf4j.MDC;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.SdkTracerProviderBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/** Traces over OTLP, once there is somewhere to send them. */
@Configuration(proxyBeanMethods = false)
class TracingConfiguration {

  @Bean
  Spans spans(ObjectProvider<Tracer> tracer) {
    return new Spans(tracer.getIfAvailable());
  }

  /** What makes OpenTelemetry's traces ours. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(UnusedParts.TRACES_ENDPOINT)
  static class On {

    /** A trace has the id that the request's answer, problem and log lines have. */
    @Bean
    SdkTracerProviderBuilderCustomizer requestsOwnIds() {
      IdGenerator random = IdGenerator.random();
      return builder ->
          builder.setIdGenerator(
              new IdGenerator() {
                @Override
                public String generateTraceId() {
                  String known = MDC.get(TraceFilter.MDC_KEY);
                  return known == null ? TraceId.random() : known;
                }

                @Override
                public String generateSpanId() {
                  return random.generateSpanId();
                }
              });
    }

    @Bean
    Slf4JEventListener idsInLogs() {
      return new Slf4JEventListener(TraceFilter.MDC_KEY, "span_id");
    }

    /** What orchestrators and Prometheus ask all day. */
    @Bean
    SpanExportingPredicate noProbes() {
      return span -> !span.getTags().getOrDefault("uri", "").startsWith("/actuator");
    }

    /** Without the path that was asked for, which holds ids of users. */
    @Bean
    DefaultServerRequestObservationConvention routesOnly() {
      return new DefaultServerRequestObservationConvention() {
        @Override
        public KeyValues getHighCardinalityKeyValues(ServerRequestObservationContext context) {
          return KeyValues.empty();
        }
      };
    }
  }
}
