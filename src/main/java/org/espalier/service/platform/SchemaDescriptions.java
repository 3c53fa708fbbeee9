package org.espalier.service.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.espalier.service.wire.Problem;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.stereotype.Component;

/**
 * Says of schemas what records say of themselves: {@code @Nullable} components may be null, and what is answered has all
 * of its members. Times have their format.
 */
@SuppressWarnings("rawtypes") // as the document's own model has them
@Component
final class SchemaDescriptions implements ModelConverter, GlobalOpenApiCustomizer {

  private static final String REF = "#/components/schemas/";

  /** The record that a schema is of. */
  private final Map<String, Class<?>> records = new ConcurrentHashMap<>();

  @Override
  public @Nullable Schema<?> resolve(
      AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
    if (!chain.hasNext()) {
      return null;
    }
    Schema<?> schema = chain.next().resolve(type, context, chain);
    Class<?> raw = Json.mapper().constructType(type.getType()).getRawClass();
    if (schema != null && raw.isRecord() && schema.get$ref() != null) {
      String name = schema.get$ref().substring(REF.length());
      Class<?> other = records.putIfAbsent(name, raw);
      if (other != null && other != raw) {
        throw new IllegalStateException(
            "%s and %s are both described as %s: name one otherwise".formatted(other, raw, name));
      }
    }
    return schema;
  }

  @Override
  public void customise(OpenAPI document) {
    // No route names it as what it answers. Read here rather than at the start, which would take
    // longer for it.
    ModelConverters.getInstance(true)
        .read(Problem.class)
        .forEach(document.getComponents()::addSchemas);
    Map<String, Schema> schemas = document.getComponents().getSchemas();
    schemas.forEach((name, schema) -> describe(name, schema));
    Set<String> taken = new HashSet<>();
    Set<String> answered = new LinkedHashSet<>();
    for (PathItem path : document.getPaths().values()) {
      for (Operation operation : path.readOperations()) {
        if (operation.getRequestBody() != null) {
          collect(operation.getRequestBody().getContent(), schemas, taken);
        }
        for (ApiResponse response : operation.getResponses().values()) {
          collect(response.getContent(), schemas, answered);
        }
      }
    }
    answered.removeAll(taken);
    answered.forEach(name -> requireMembers(name, Objects.requireNonNull(schemas.get(name), name)));
    sort(document);
  }

  /** The same document from every start, whatever order routes were found in. */
  private static void sort(OpenAPI document) {
    Paths paths = new Paths();
    new TreeMap<>(document.getPaths()).forEach(paths::addPathItem);
    document.setPaths(paths);
    document.getComponents().setSchemas(new TreeMap<>(document.getComponents().getSchemas()));
  }

  private void describe(String name, Schema<?> schema) {
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(SchemaDescriptions::leaveRefAlone);
    }
    Class<?> type = records.get(name);
    if (type == null || schema.getProperties() == null) {
      return;
    }
    for (RecordComponent component : type.getRecordComponents()) {
      String member = memberName(component);
      Schema<?> property = schema.getProperties().get(member);
      if (property != null) {
        if (member.endsWith("_at") && "string".equals(type(property))) {
          property.setFormat("date-time");
        }
        if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)
            && !isLeftOut(component)) {
          schema.getProperties().put(member, nullable(property));
        }
      }
    }
  }

  /** What a reference names says the type; the Java type beside it is that of its text. */
  private static void leaveRefAlone(Schema<?> property) {
    if (property.get$ref() != null) {
      property.setTypes(null);
      property.setType(null);
      property.setAdditionalProperties(null);
    }
  }

  private void requireMembers(String name, Schema<?> schema) {
    Class<?> type = records.get(name);
    if (type == null || schema.getProperties() == null) {
      return;
    }
    List<String> required = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (!isLeftOut(component) && schema.getProperties().containsKey(memberName(component))) {
        required.add(memberName(component));
      }
    }
    schema.setRequired(required);
  }

  private static Schema<?> nullable(Schema<?> property) {
    if (property.get$ref() != null) {
      Schema<?> nothing = new Schema<>();
      nothing.setTypes(Set.of("null"));
      Schema<?> either = new Schema<>();
      either.setDescription(property.getDescription());
      property.setDescription(null);
      return either.oneOf(List.of(property, nothing));
    }
    Set<String> types = new LinkedHashSet<>(Set.of(type(property)));
    types.add("null");
    property.setTypes(types);
    return property;
  }

  private static String type(Schema<?> property) {
    Set<String> types = property.getTypes();
    if (types == null || types.isEmpty()) {
      return String.valueOf(property.getType());
    }
    return types.stream().filter(type -> !type.equals("null")).findFirst().orElse("null");
  }

  private static String memberName(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named == null || named.value().isEmpty() ? component.getName() : named.value();
  }

  private static boolean isLeftOut(RecordComponent component) {
    JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
    return include != null && include.value() == JsonInclude.Include.NON_NULL;
  }

  private static void collect(
      @Nullable Content content, Map<String, Schema> schemas, Set<String> found) {
    if (content != null) {
      content.values().forEach(media -> collect(media.getSchema(), schemas, found));
    }
  }

  private static void collect(
      @Nullable Schema<?> schema, Map<String, Schema> schemas, Set<String> found) {
    if (schema == null) {
      return;
    }
    if (schema.get$ref() != null) {
      String name = schema.get$ref().substring(REF.length());
      if (found.add(name)) {
        collect(schemas.get(name), schemas, found);
      }
    }
    collect(schema.getItems(), schemas, found);
    if (schema.getAdditionalProperties() instanceof Schema<?> values) {
      collect(values, schemas, found);
    }
    if (schema.getProperties() != null) {
      collectAll(schema.getProperties().values(), schemas, found);
    }
    if (schema.getOneOf() != null) {
      collectAll(schema.getOneOf(), schemas, found);
    }
  }

  private static void collectAll(
      Collection<Schema> parts, Map<String, Schema> schemas, Set<String> found) {
    parts.forEach(part -> collect(part, schemas, found));
  }
}
