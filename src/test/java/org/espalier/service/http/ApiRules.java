package org.espalier.service.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.espalier.service.http.ApiDocument.Operation;
import tools.jackson.databind.JsonNode;

/** What the API's description must be like; each rule answers what breaks it. */
final class ApiRules {

  /** Whatever an object holds is the caller's or the model's business here. */
  private static final Set<String> FREE_FORM = Set.of("JsonObject");

  private static final Set<String> SCOPES = Set.of("read", "write", "admin");
  private static final List<String> ALWAYS = List.of("400", "401", "403", "429", "500", "503");
  private static final Pattern SNAKE = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

  private ApiRules() {}

  static Map<String, Function<ApiDocument, List<String>>> all() {
    Map<String, Function<ApiDocument, List<String>>> rules = new LinkedHashMap<>();
    rules.put("operations have an id of their own, a summary and a tag", ApiRules::named);
    rules.put("successes are described with an example", ApiRules::successes);
    rules.put("problems are described with examples", ApiRules::problems);
    rules.put("parameters are described and bounded", ApiRules::parameters);
    rules.put("bodies have examples", ApiRules::bodies);
    rules.put("schemas have no holes", ApiRules::holes);
    rules.put("numbers that come in are bounded", ApiRules::unbounded);
    rules.put("operations name one scope for each way to show a key", ApiRules::scopes);
    rules.put("names are in snake_case", ApiRules::names);
    rules.put("references lead somewhere and schemas are used", ApiRules::references);
    rules.put("examples are valid", ApiRules::examples);
    return rules;
  }

  private static List<String> named(ApiDocument api) {
    Set<String> tags =
        api.root()
            .path("tags")
            .valueStream()
            .filter(tag -> tag.hasNonNull("description"))
            .map(tag -> tag.path("name").asString())
            .collect(Collectors.toSet());
    Set<String> ids = new HashSet<>();
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      if (!operation.id().matches("[a-z][A-Za-z]+") || !ids.add(operation.id())) {
        faults.add(operation + " is called " + operation.id());
      }
      if (operation.node().path("summary").asString("").isBlank()) {
        faults.add(operation + " has no summary");
      }
      JsonNode tag = operation.node().path("tags");
      if (tag.size() != 1 || !tags.contains(tag.get(0).asString())) {
        faults.add(operation + " has the tags " + tag);
      }
    }
    return faults;
  }

  private static List<String> successes(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      List<String> statuses =
          operation.node().path("responses").propertyNames().stream()
              .filter(status -> status.matches("2\\d\\d"))
              .toList();
      if (statuses.isEmpty()) {
        faults.add(operation + " has no success");
      }
      for (String status : statuses) {
        JsonNode response = operation.response(Integer.parseInt(status));
        if (response.path("description").asString("").isBlank()) {
          faults.add(operation + " " + status + " is not described");
        }
        if (!status.equals("204") && response.path("content").isEmpty()) {
          faults.add(operation + " " + status + " has no content");
        }
        for (JsonNode media : response.path("content")) {
          if (!media.has("example") && media.path("examples").isEmpty()) {
            faults.add(operation + " " + status + " has no example");
          }
        }
      }
    }
    return faults;
  }

  private static List<String> problems(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      JsonNode responses = operation.node().path("responses");
      ALWAYS.stream()
          .filter(status -> !responses.has(status))
          .forEach(status -> faults.add(operation + " does not say when it answers " + status));
      for (var response : responses.properties()) {
        if (response.getKey().matches("[45]\\d\\d")) {
          JsonNode content = response.getValue().path("content");
          JsonNode problem = content.path(ApiDocument.PROBLEM_JSON);
          if (content.size() != 1
              || problem.path("examples").isEmpty()
              || !problem.path("schema").path("$ref").asString("").endsWith("/Problem")) {
            faults.add(operation + " " + response.getKey() + " is no problem with examples");
          }
          for (var example : problem.path("examples").properties()) {
            JsonNode value = api.resolved(example.getValue()).path("value");
            if (!value.path("code").asString("").equals(example.getKey())
                || value.path("status").asInt() != Integer.parseInt(response.getKey())) {
              faults.add(operation + " " + response.getKey() + " has " + example.getKey());
            }
          }
        }
      }
    }
    return faults;
  }

  private static List<String> parameters(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      for (JsonNode parameter : api.parameters(operation)) {
        String what = operation + " " + parameter.path("name").asString("?");
        if (parameter.path("description").asString("").isBlank()) {
          faults.add(what + " is not described");
        }
        if (!isBounded(parameter.path("schema"))) {
          faults.add(what + " has no bounds: " + parameter.path("schema"));
        }
        if (parameter.path("in").asString("").equals("path") && !parameter.has("example")) {
          faults.add(what + " has no example");
        }
      }
    }
    return faults;
  }

  private static boolean isBounded(JsonNode schema) {
    return switch (schema.path("type").asString("")) {
      case "integer", "number" ->
          (schema.has("minimum") || schema.has("exclusiveMinimum")) && schema.has("maximum");
      case "string" -> schema.has("enum") || schema.has("maxLength");
      case "boolean" -> true;
      default -> false;
    };
  }

  private static List<String> bodies(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      for (var media : operation.bodies().properties()) {
        if (media.getValue().path("examples").isEmpty()) {
          faults.add(operation + " " + media.getKey() + " has no examples");
        }
      }
    }
    return faults;
  }

  private static List<String> holes(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    api.allSchemas()
        .forEach(entry -> {
          JsonNode schema = entry.getValue();
          String type = types(schema).filter(name -> !name.equals("null")).findFirst().orElse("");
          boolean says = schema.has("$ref") || schema.has("oneOf") || !type.isEmpty();
          boolean isNothing = schema.path("type").asString("").equals("null");
          if (!says && !isNothing) {
            faults.add(entry.getKey() + " may be anything: " + schema);
          }
          if (type.equals("array") && !schema.has("items")) {
            faults.add(entry.getKey() + " is an array of anything");
          }
          if (type.equals("object")
              && !FREE_FORM.contains(entry.getKey())
              && !schema.has("properties")
              && !schema.path("additionalProperties").isObject()) {
            faults.add(entry.getKey() + " is an object with anything");
          }
        });
    return faults;
  }

  private static Stream<String> types(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray()
        ? type.valueStream().map(JsonNode::asString)
        : Stream.of(type.asString(""));
  }

  private static List<String> unbounded(ApiDocument api) {
    Set<String> taken = new HashSet<>();
    for (Operation operation : api.operations()) {
      for (JsonNode media : operation.bodies()) {
        reach(api, media.path("schema"), taken);
      }
    }
    List<String> faults = new ArrayList<>();
    api.allSchemas()
        .filter(entry -> taken.contains(entry.getKey().split("[.\\[]", -1)[0]))
        .forEach(entry -> {
          JsonNode schema = entry.getValue();
          boolean number =
              types(schema).anyMatch(type -> Set.of("integer", "number").contains(type));
          boolean bounded =
              (schema.has("minimum") || schema.has("exclusiveMinimum")) && schema.has("maximum");
          if (number && !bounded && entry.getKey().contains(".")) {
            faults.add(entry.getKey() + " has no bounds");
          }
        });
    return faults;
  }

  private static void reach(ApiDocument api, JsonNode node, Set<String> found) {
    if (node.has("$ref")) {
      String ref = node.get("$ref").asString();
      if (found.add(ref.substring(ref.lastIndexOf('/') + 1))) {
        reach(api, api.resolved(node), found);
      }
    }
    node.valueStream().forEach(part -> reach(api, part, found));
  }

  private static List<String> scopes(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    Set<String> schemes =
        Set.copyOf(api.root().path("components").path("securitySchemes").propertyNames());
    for (Operation operation : api.operations()) {
      Set<String> ways = new HashSet<>();
      Set<String> scopes = new HashSet<>();
      for (JsonNode way : operation.node().path("security")) {
        for (var named : way.properties()) {
          ways.add(named.getKey());
          named.getValue().valueStream().forEach(scope -> scopes.add(scope.asString()));
        }
      }
      if (schemes.isEmpty()
          || !ways.equals(schemes)
          || scopes.size() != 1
          || !SCOPES.containsAll(scopes)) {
        faults.add(operation + " has " + operation.node().path("security"));
      }
    }
    return faults;
  }

  private static List<String> names(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    api.allSchemas()
        .forEach(entry ->
            entry.getValue().path("properties").propertyNames().stream()
                .filter(name -> !SNAKE.matcher(name).matches())
                .forEach(name -> faults.add(entry.getKey() + "." + name)));
    for (Operation operation : api.operations()) {
      for (JsonNode parameter : api.parameters(operation)) {
        String name = parameter.path("name").asString("");
        if (!parameter.path("in").asString("").equals("header") && !SNAKE.matcher(name).matches()) {
          faults.add(operation + " " + name);
        }
      }
    }
    return faults;
  }

  private static List<String> references(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    Set<String> used = new HashSet<>();
    collectReferences(api.root(), used);
    used.stream()
        .filter(ref -> !ref.startsWith("#/") || api.root().at(ref.substring(1)).isMissingNode())
        .forEach(ref -> faults.add(ref + " leads nowhere"));
    for (String name : api.root().path("components").path("schemas").propertyNames()) {
      if (!used.contains("#/components/schemas/" + name)) {
        faults.add(name + " is not used");
      }
    }
    return faults;
  }

  private static void collectReferences(JsonNode node, Set<String> found) {
    if (node.path("$ref").isString()) {
      found.add(node.get("$ref").asString());
    }
    node.valueStream().forEach(part -> collectReferences(part, found));
  }

  private static List<String> examples(ApiDocument api) {
    List<String> faults = new ArrayList<>();
    for (Operation operation : api.operations()) {
      for (JsonNode parameter : api.parameters(operation)) {
        if (parameter.has("example")) {
          faults.addAll(faults(api, operation, parameter.path("schema"), parameter.get("example")));
        }
      }
      for (var media : operation.bodies().properties()) {
        boolean isJson = media.getKey().endsWith("json") && !media.getKey().contains("ndjson");
        for (JsonNode example : media.getValue().path("examples")) {
          if (isJson) {
            faults.addAll(
                faults(api, operation, media.getValue().path("schema"), example.path("value")));
          }
        }
      }
      for (JsonNode response : operation.node().path("responses")) {
        for (JsonNode media : response.path("content")) {
          if (media.has("example")) {
            faults.addAll(faults(api, operation, media.path("schema"), media.get("example")));
          }
          for (JsonNode example : media.path("examples")) {
            JsonNode value = api.resolved(example).path("value");
            faults.addAll(faults(api, operation, media.path("schema"), value));
          }
        }
      }
    }
    return faults;
  }

  private static List<String> faults(
      ApiDocument api, Operation operation, JsonNode schema, JsonNode value) {
    return api.faults(schema, value).stream()
        .map(fault -> operation + ": " + fault + " in " + value)
        .toList();
  }
}
