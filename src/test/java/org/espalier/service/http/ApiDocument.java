package org.espalier.service.http;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code /v3/api-docs} says, for those who hold the service to it. */
final class ApiDocument {

  static final String PROBLEM_JSON = "application/problem+json";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String IRI = "https://espalier.invalid/openapi.json";
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final JsonNode root;
  private final SchemaRegistry registry;
  private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();
  private final List<Operation> operations = new ArrayList<>();

  /** One method on one path. */
  record Operation(String method, String path, JsonNode node) {

    String id() {
      return node.path("operationId").asString("");
    }

    /** The documented answer of a status; missing when there is none. */
    JsonNode response(int status) {
      return node.path("responses").path(Integer.toString(status));
    }

    JsonNode bodies() {
      return node.path("requestBody").path("content");
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  ApiDocument(String text) {
    this.root = JSON.readTree(text);
    this.registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemas(Map.of(IRI, text))
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    for (var path : root.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          operations.add(
              new Operation(
                  operation.getKey().toUpperCase(Locale.ROOT),
                  path.getKey(),
                  operation.getValue()));
        }
      }
    }
  }

  JsonNode root() {
    return root;
  }

  List<Operation> operations() {
    return operations;
  }

  Operation operation(String id) {
    return operations.stream()
        .filter(operation -> operation.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no operation is called " + id));
  }

  /** The parameters of an operation, without references. */
  List<JsonNode> parameters(Operation operation) {
    return operation.node().path("parameters").valueStream().map(this::resolved).toList();
  }

  /** A node, or the one that it refers to. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root.at(node.get("$ref").asString().substring(1)) : node;
  }

  /** What is wrong with a value by a schema of this document. */
  List<String> faults(JsonNode schema, JsonNode value) {
    return schemas.computeIfAbsent(schema, this::compile).validate(value).stream()
        .map(Error::toString)
        .toList();
  }

  /** Every schema of the document, wherever it stands, with its place. */
  Stream<Map.Entry<String, JsonNode>> allSchemas() {
    List<Map.Entry<String, JsonNode>> found = new ArrayList<>();
    for (var schema : root.path("components").path("schemas").properties()) {
      collect(schema.getKey(), schema.getValue(), found);
    }
    for (Operation operation : operations) {
      for (JsonNode parameter : parameters(operation)) {
        collect(
            operation + " " + parameter.path("name").asString(), parameter.path("schema"), found);
      }
      for (var media : operation.bodies().properties()) {
        collect(operation + " " + media.getKey(), media.getValue().path("schema"), found);
      }
      for (var response : operation.node().path("responses").properties()) {
        for (var media : response.getValue().path("content").properties()) {
          collect(operation + " " + response.getKey(), media.getValue().path("schema"), found);
        }
      }
    }
    return found.stream();
  }

  private static void collect(
      String place, JsonNode schema, List<Map.Entry<String, JsonNode>> found) {
    found.add(Map.entry(place, schema));
    for (var property : schema.path("properties").properties()) {
      collect(place + "." + property.getKey(), property.getValue(), found);
    }
    if (schema.has("items")) {
      collect(place + "[]", schema.get("items"), found);
    }
    if (schema.path("additionalProperties").isObject()) {
      collect(place + ".*", schema.get("additionalProperties"), found);
    }
    for (JsonNode part : schema.path("oneOf")) {
      collect(place, part, found);
    }
  }

  private Schema compile(JsonNode schema) {
    return registry.getSchema(
        JSON.readTree(schema.toString().replace("\"#/components/", "\"" + IRI + "#/components/")));
  }
}
