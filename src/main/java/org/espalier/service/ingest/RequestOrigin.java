package org.espalier.service.ingest;

import org.espalier.service.decode.EventOrigin;
import org.jspecify.annotations.Nullable;

/** An event of a request: it happened as the request arrived, and its id comes from the request's key, if any. */
record RequestOrigin(@Nullable IdempotencyKey key, int index, long timeMs) implements EventOrigin {

  @Override
  public @Nullable String eventId(@Nullable Object... content) {
    return key == null ? null : key.eventId(index, content);
  }
}
