package org.espalier.service.stream;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.espalier.embeddings.store.Store;
import org.espalier.service.decode.EventDecoder;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.decode.TripleDecoder;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.UserErasure;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.Timestamps;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Everything that reads Kafka; none of it is there unless it is asked for. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("espalier.kafka.enabled")
class StreamConfiguration {

  @Bean
  Clients kafkaClients(
      ConsumerFactory<?, ?> consumers, ProducerFactory<?, ?> producers, KafkaAdmin admin) {
    return new Clients(consumers, producers, admin);
  }

  @Bean
  Topics topics(Clients clients, StreamProperties properties) {
    return new Topics(clients.newAdmin(), properties);
  }

  @Bean
  DeadLetters deadLetters(Clients clients, MeterRegistry meters) {
    return new DeadLetters(clients.newProducer(), meters);
  }

  @Bean
  @ConditionalOnProperty("espalier.kafka.rest-rejections")
  RestRejections restRejections(
      Clients clients, StreamProperties properties, Timestamps timestamps, MeterRegistry meters) {
    return new RestRejections(clients.newProducer(), properties.topicPrefix(), timestamps, meters);
  }

  @Bean
  DeadLetterBox deadLetterBox(Clients clients, StreamProperties properties) {
    return new DeadLetterBox(clients, properties.topicPrefix());
  }

  @Bean
  DeadLetterTraces deadLetterTraces(DeadLetterBox box, StreamProperties properties) {
    return new DeadLetterTraces(box, properties.topicPrefix());
  }

  @Bean
  Payloads payloads(JsonMapper json, Limits limits) {
    return new Payloads(json, limits);
  }

  @Bean
  Map<Feed, Intake> intakes(
      Store store,
      Payloads payloads,
      ElementReader elements,
      EventDecoder events,
      RecordDecoder records,
      TripleDecoder triples,
      Timestamps timestamps,
      JsonMapper json,
      ApplicationEventPublisher changes,
      UserErasure erasure) {
    Map<Feed, Intake> intakes = new EnumMap<>(Feed.class);
    intakes.put(Feed.EVENTS, new EventIntake(store, payloads, elements, events, timestamps));
    intakes.put(
        Feed.ITEMS, new ItemIntake(store, payloads, elements, records, timestamps, changes));
    intakes.put(Feed.USERS, new UserIntake(store, payloads, elements, records, changes, erasure));
    intakes.put(Feed.TRIPLES, new TripleIntake(store, payloads, elements, triples, json));
    return intakes;
  }

  @Bean
  Stream stream(
      StreamProperties properties,
      Store store,
      Clients clients,
      Topics topics,
      DeadLetters deadLetters,
      Map<Feed, Intake> intakes,
      MeterRegistry meters,
      Spans spans) {
    Inlet.Parts parts =
        new Inlet.Parts(
            clients.consumers(),
            new Positions(store, properties.onLostOffset()),
            deadLetters,
            new StreamErrors(properties.retryMax()),
            spans);
    List<FeedReader> readers =
        List.of(Feed.values()).stream()
            .map(feed ->
                new FeedReader(
                    feed.topic(properties.topicPrefix()),
                    topics,
                    Objects.requireNonNull(intakes.get(feed)),
                    parts,
                    new FeedStatus(feed, meters),
                    feed == Feed.EVENTS ? properties.concurrency() : 1))
            .toList();
    return new Stream(readers, properties.checkInterval());
  }

  @Bean
  StreamHealthIndicator streamHealthIndicator(Stream stream) {
    return new StreamHealthIndicator(stream);
  }
}
