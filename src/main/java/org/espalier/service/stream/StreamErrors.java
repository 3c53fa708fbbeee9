package org.espalier.service.stream;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * What happens when a poll cannot be stored: the consumer pauses, waits and tries the same poll again, for as long as it
 * takes. Nothing is ever skipped here; what can never be stored has gone to the dead letters before.
 */
final class StreamErrors extends DefaultErrorHandler {

  static final Duration AUTH_RETRY = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(StreamErrors.class);
  private static final Duration RETRY_MIN = Duration.ofMillis(100);

  StreamErrors(Duration retryMax) {
    super(backOff(retryMax));
    setClassifications(Map.of(), true); // the usual ones would skip a batch after some exceptions
  }

  private static ExponentialBackOff backOff(Duration max) {
    ExponentialBackOff backOff = new ExponentialBackOff(RETRY_MIN.toMillis(), 2);
    backOff.setMaxInterval(max.toMillis());
    return backOff;
  }

  /** An offset that is not there any more ends this reader; the stream decides how to go on. */
  @Override
  public void handleOtherException(
      Exception thrown,
      Consumer<?, ?> consumer,
      MessageListenerContainer container,
      boolean batchListener) {
    if (thrown instanceof InvalidOffsetException) {
      log.warn("Reading stops: {}", thrown.getMessage());
      container.stop(() -> {});
    } else {
      super.handleOtherException(thrown, consumer, container, batchListener);
    }
  }
}
