package org.espalier.service.stream;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** Up while every feed is read. No part of readiness: rankings are answered whatever Kafka does. */
final class StreamHealthIndicator extends AbstractHealthIndicator {

  private final Stream stream;

  StreamHealthIndicator(Stream stream) {
    this.stream = stream;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    boolean reads = true;
    for (FeedStatus feed : stream.statuses()) {
      FeedState state = feed.state();
      reads &= state instanceof FeedState.Reading;
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("state", state.label());
      shown.put("lag", feed.lag());
      if (!state.detail().isEmpty()) {
        shown.put("detail", state.detail());
      }
      health.withDetail(feed.feed().label(), shown);
    }
    health.status(reads ? Status.UP : Status.DOWN);
  }
}
