package org.espalier.service.ranking.filter;

import java.util.function.BiConsumer;
import org.espalier.embeddings.store.CatalogueRecord;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads the attributes of a record that the store holds. */
public final class Attributes {

  /** The name of the records' categories among their fields; a field of that name is not seen. */
  public static final String CATEGORIES = "categories";

  private static final JsonFactory JSON = new JsonFactory();

  private Attributes() {}

  /** Visits every field's values, several for an array. */
  public static void read(CatalogueRecord record, BiConsumer<String, AttributeValue> visitor) {
    for (String category : record.categories()) {
      visitor.accept(CATEGORIES, new AttributeValue.Text(category));
    }
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), record.fieldsJson())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        boolean seen = !field.equals(CATEGORIES);
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (seen) {
              visitor.accept(field, value(parser));
            }
          }
        } else if (seen) {
          visitor.accept(field, value(parser));
        }
      }
    }
  }

  private static AttributeValue value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> new AttributeValue.Truth(true);
      case VALUE_FALSE -> new AttributeValue.Truth(false);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          new AttributeValue.Numeric(parser.getDoubleValue());
      default -> new AttributeValue.Text(parser.getString());
    };
  }
}
