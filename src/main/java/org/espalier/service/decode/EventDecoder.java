package org.espalier.service.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.espalier.embeddings.store.Event;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.wire.JsonValues;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Makes an event of one JSON object, whatever brought it. {@code type}, {@code user_id} and {@code item_id} are
 * required; {@code null} is the same as leaving a field out.
 */
@Component
public final class EventDecoder {

  static final String FIELDS =
      "event_id, type, user_id, item_id, value, ranking_id, context, timestamp";

  private final Limits limits;
  private final Timestamps timestamps;
  private final InteractionProperties interactions;

  public EventDecoder(Limits limits, Timestamps timestamps, InteractionProperties interactions) {
    this.limits = limits;
    this.timestamps = timestamps;
    this.interactions = interactions;
  }

  /**
   * Reads one event.
   *
   * @param parser stands at {@code START_OBJECT} and is left at {@code END_OBJECT}
   * @param origin says what the event leaves out
   */
  public Event decode(JsonParser parser, EventOrigin origin) throws Rejection {
    Fields fields = new Fields();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        fields.read(name, parser);
      }
    }
    return fields.event(origin);
  }

  private final class Fields {
    private @Nullable String eventId;
    private @Nullable String type;
    private @Nullable String userId;
    private @Nullable String itemId;
    private @Nullable Float value;
    private @Nullable String rankingId;
    private @Nullable String context;
    private @Nullable Long timeMs;

    void read(String name, JsonParser parser) throws Rejection {
      switch (name) {
        case "event_id" -> eventId = JsonValues.once(name, eventId, JsonValues.id(name, parser));
        case "type" -> type = JsonValues.once(name, type, JsonValues.id(name, parser));
        case "user_id" -> userId = JsonValues.once(name, userId, JsonValues.id(name, parser));
        case "item_id" -> itemId = JsonValues.once(name, itemId, JsonValues.id(name, parser));
        case "value" -> value = JsonValues.once(name, value, JsonValues.finiteFloat(name, parser));
        case "ranking_id" ->
            rankingId = JsonValues.once(name, rankingId, JsonValues.id(name, parser));
        case "context" -> {
          byte[] json = JsonValues.object(name, parser, limits.contextSize().toBytes());
          context = JsonValues.once(name, context, new String(json, UTF_8));
        }
        case "timestamp" -> timeMs = JsonValues.once(name, timeMs, timestamps.read(name, parser));
        default -> throw JsonValues.unknownField(name, FIELDS);
      }
    }

    Event event(EventOrigin origin) throws Rejection {
      String checkedType = JsonValues.required("type", type);
      String checkedUser = JsonValues.required("user_id", userId);
      String checkedItem = JsonValues.required("item_id", itemId);
      // An exposure says nothing about taste, so without a value it weighs nothing in the graph.
      float checkedValue = value != null ? value : interactions.weight(checkedType) > 0 ? 1 : 0;
      String id = eventId;
      if (id == null) {
        id = origin.eventId(type, userId, itemId, value, rankingId, context, timeMs);
      }
      long time = timeMs != null ? timeMs : origin.timeMs();
      return new Event(
          id, checkedType, checkedUser, checkedItem, checkedValue, time, rankingId, context);
    }
  }
}
