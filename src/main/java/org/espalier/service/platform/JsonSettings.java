package org.espalier.service.platform;

import com.fasterxml.jackson.annotation.Nulls;
import java.time.Clock;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.Timestamps;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.type.LogicalType;

/** How bodies are read: strictly, so that a misspelled field or a wrong type is never guessed around. */
@Configuration(proxyBeanMethods = false)
class JsonSettings {

  @Bean
  JsonFactoryBuilderCustomizer boundedJson(Limits limits) {
    return factory ->
        factory.streamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(limits.jsonDepth()).build());
  }

  @Bean
  JsonMapperBuilderCustomizer strictJson() {
    return mapper -> {
      mapper
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL));
      for (LogicalType type :
          new LogicalType[] {
            LogicalType.Textual, LogicalType.Integer, LogicalType.Float, LogicalType.Boolean
          }) {
        mapper.withCoercionConfig(
            type,
            config -> {
              for (CoercionInputShape shape : CoercionInputShape.values()) {
                boolean wholeAsFloat =
                    type == LogicalType.Float && shape == CoercionInputShape.Integer;
                config.setCoercion(
                    shape, wholeAsFloat ? CoercionAction.TryConvert : CoercionAction.Fail);
              }
            });
      }
    };
  }

  @Bean
  ElementReader elementReader(Limits limits, ObjectProvider<RefusedElements> keepers) {
    return new ElementReader(limits, keepers.getIfAvailable() != null);
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  Timestamps timestamps(Clock clock, Limits limits) {
    return new Timestamps(clock, limits.futureTime());
  }
}
