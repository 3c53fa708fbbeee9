package org.espalier.service.ingest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.store.AppendResult;
import org.espalier.embeddings.store.Event;
import org.espalier.service.decode.EventDecoder;
import org.espalier.service.wire.Batch;
import org.espalier.service.wire.ElementDecoder;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/events}. */
@Tag(name = "events")
@Needs(Scope.WRITE)
@RestController
class EventController {

  private static final String KEY_HEADER = "Idempotency-Key";

  private final ElementReader elements;
  private final EventDecoder decoder;
  private final EventIngest ingest;
  private final Timestamps timestamps;

  EventController(
      ElementReader elements, EventDecoder decoder, EventIngest ingest, Timestamps timestamps) {
    this.elements = elements;
    this.decoder = decoder;
    this.ingest = ingest;
    this.timestamps = timestamps;
  }

  @Fails({ProblemCode.TOO_MANY_ELEMENTS, ProblemCode.ELEMENT_TOO_LARGE})
  @Operation(
      operationId = "addEvents",
      summary = "Store interaction events",
      description =
          """
          Takes an array, or one event a line as NDJSON. Events are stored one by one: a bad one is listed under
          rejected and its neighbours are stored. A body that is not JSON as a whole stores nothing. Every event that
          is answered as accepted is durable. An event_id makes a retry harmless; the header Idempotency-Key does the
          same for events without one, when the same request is sent again.
          """,
      requestBody =
          @RequestBody(
              required = true,
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON_VALUE,
                    array = @ArraySchema(schema = @Schema(implementation = EventDocument.class))),
                @Content(
                    mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                    schema = @Schema(implementation = EventDocument.class))
              }))
  @PostMapping(
      path = "/v1/events",
      consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_NDJSON_VALUE},
      produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  EventsAccepted events(
      HttpServletRequest request,
      @RequestHeader(name = KEY_HEADER, required = false) @Nullable String idempotencyKey)
      throws IOException {
    long startNs = System.nanoTime();
    IdempotencyKey key = idempotencyKey == null ? null : new IdempotencyKey(idempotencyKey);
    long nowMs = timestamps.nowMs();
    ElementDecoder<Event> oneEvent =
        (parser, index) -> decoder.decode(parser, new RequestOrigin(key, index, nowMs));
    Batch<Event> batch =
        MediaType.APPLICATION_NDJSON.isCompatibleWith(MediaType.valueOf(request.getContentType()))
            ? elements.readLines(request.getInputStream(), oneEvent)
            : elements.readArray(request.getInputStream(), oneEvent);
    AppendResult result = ingest.append(batch);
    return new EventsAccepted(
        result.accepted(),
        result.duplicates(),
        batch.rejected(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs),
        result.lastSequence());
  }
}
