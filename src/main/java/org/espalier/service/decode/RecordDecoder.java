package org.espalier.service.decode;

import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.JsonValues;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Makes a catalogue update of one JSON object. {@code null} is the same as leaving a field out, and a field that is
 * left out becomes empty: a record replaces the one before.
 */
@Component
public final class RecordDecoder {

  private final Limits limits;
  private final Timestamps timestamps;
  private final FieldsCopier copier;

  public RecordDecoder(Limits limits, Timestamps timestamps) {
    this.limits = limits;
    this.timestamps = timestamps;
    this.copier = new FieldsCopier(limits);
  }

  /**
   * Reads one record.
   *
   * @param pathId the id that the path names; null when the record itself must
   */
  public CatalogueUpdate decode(JsonParser parser, Catalogue.Kind kind, @Nullable String pathId)
      throws Rejection {
    String known = known(kind);
    String id = null;
    String fields = null;
    List<String> categories = null;
    Boolean hidden = null;
    Long timeMs = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (name) {
        case "id" -> id = JsonValues.once(name, id, JsonValues.id(name, parser));
        case "fields" -> fields = JsonValues.once(name, fields, copier.copy(parser, false));
        case "categories" -> categories = JsonValues.once(name, categories, categories(parser));
        case "timestamp" -> timeMs = JsonValues.once(name, timeMs, timestamps.read(name, parser));
        case "hidden" -> {
          if (kind != Catalogue.Kind.ITEM) {
            throw JsonValues.unknownField(name, known);
          }
          hidden = JsonValues.once(name, hidden, JsonValues.bool(name, parser));
        }
        default -> throw JsonValues.unknownField(name, known);
      }
    }
    return new CatalogueUpdate(
        id(id, pathId),
        fields == null ? "{}" : fields,
        categories == null ? List.of() : categories,
        hidden != null && hidden,
        timeMs == null ? timestamps.nowMs() : timeMs,
        CatalogueUpdate.ANY_VERSION);
  }

  /**
   * Reads what changes of a record, as a merge patch (RFC 7396): what is left out stays, {@code null} empties.
   *
   * @param pathId the id that the path names
   */
  public RecordPatch decodePatch(JsonParser parser, Catalogue.Kind kind, String pathId)
      throws Rejection {
    String fields = null;
    List<String> categories = null;
    Boolean hidden = null;
    Long timeMs = null;
    String id = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      boolean empty = parser.nextToken() == JsonToken.VALUE_NULL;
      switch (name) {
        case "id" -> id = JsonValues.once(name, id, JsonValues.id(name, parser));
        case "fields" ->
            fields =
                JsonValues.once(
                    name, fields, empty ? FieldsCopier.REMOVE_ALL : copier.copy(parser, true));
        case "categories" ->
            categories = JsonValues.once(name, categories, empty ? List.of() : categories(parser));
        case "timestamp" -> timeMs = JsonValues.once(name, timeMs, timestamps.read(name, parser));
        case "hidden" -> {
          if (kind != Catalogue.Kind.ITEM) {
            throw JsonValues.unknownField(name, known(kind));
          }
          hidden = JsonValues.once(name, hidden, !empty && JsonValues.bool(name, parser));
        }
        default -> throw JsonValues.unknownField(name, known(kind));
      }
    }
    id(id, pathId);
    return new RecordPatch(
        fields, categories, hidden, timeMs == null ? timestamps.nowMs() : timeMs);
  }

  /**
   * A record as a patch leaves it.
   *
   * @throws Rejection TOO_MANY_FIELDS
   */
  public CatalogueUpdate patched(String id, CatalogueRecord record, RecordPatch patch)
      throws Rejection {
    String fields = patch.fieldsJson();
    List<String> categories = patch.categories();
    Boolean hidden = patch.hidden();
    return new CatalogueUpdate(
        id,
        fields == null ? record.fieldsJson() : copier.merge(record.fieldsJson(), fields),
        categories == null ? record.categories() : categories,
        hidden == null ? record.hidden() : hidden,
        patch.timeMs(),
        record.version());
  }

  private static String known(Catalogue.Kind kind) {
    return kind == Catalogue.Kind.ITEM
        ? "id, fields, categories, hidden, timestamp"
        : "id, fields, categories, timestamp";
  }

  private static String id(@Nullable String id, @Nullable String pathId) throws Rejection {
    if (pathId == null) {
      return JsonValues.required("id", id);
    }
    if (id != null && !id.equals(pathId)) {
      throw new Rejection(ProblemCode.INVALID_VALUE, "id differs from the path's; leave it out");
    }
    return pathId;
  }

  private List<String> categories(JsonParser parser) throws Rejection {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw JsonValues.wrongType("categories", "an array of strings");
    }
    List<String> categories = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String category = JsonValues.string("each category", parser);
      Ids.check("a category", category);
      categories.add(category);
      if (categories.size() > limits.fieldValues()) {
        throw new Rejection(
            ProblemCode.TOO_MANY_FIELDS,
            "a record has at most %d categories".formatted(limits.fieldValues()));
      }
    }
    return categories;
  }
}
