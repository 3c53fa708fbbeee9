package org.espalier.helm;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A rendered object.
 *
 * @param fields as YAML has them
 */
record Manifest(Map<?, ?> fields) {

  String kind() {
    return String.valueOf(fields.get("kind"));
  }

  String name() {
    return String.valueOf(at(fields, "metadata", "name"));
  }

  /** Whether Kubernetes itself defines the kind; others are of custom resources. */
  boolean isBuiltIn() {
    return !String.valueOf(fields.get("apiVersion")).startsWith("monitoring.coreos.com/");
  }

  /**
   * Compares it with Kubernetes' schema of its kind: fields that it does not know, that are missing, or are of another type.
   *
   * @throws IOException when it does not fit
   */
  void requireValid() throws IOException {
    JsonElement json = new Gson().toJsonTree(fields);
    try {
      Class.forName("io.kubernetes.client.openapi.models.V1" + kind())
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, json);
    } catch (InvocationTargetException e) {
      throw new IOException("%s %s: %s".formatted(kind(), name(), e.getCause()), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no schema of " + kind(), e);
    }
  }

  /** The pods that it makes: their specs. */
  List<Map<?, ?>> podSpecs() {
    return switch (kind()) {
      case "StatefulSet" -> List.of(map(at(fields, "spec", "template", "spec")));
      case "CronJob" -> List.of(map(at(fields, "spec", "jobTemplate", "spec", "template", "spec")));
      case "Pod" -> List.of(map(at(fields, "spec")));
      default -> List.of();
    };
  }

  /** Init containers and containers of a pod. */
  static List<Map<?, ?>> containers(Map<?, ?> podSpec) {
    List<Map<?, ?>> all = new ArrayList<>();
    for (String list : List.of("initContainers", "containers")) {
      if (podSpec.get(list) instanceof List<?> some) {
        some.forEach(container -> all.add(map(container)));
      }
    }
    return all;
  }

  /** All values of a key, however deep. */
  static List<Object> all(Object root, String key) {
    List<Object> found = new ArrayList<>();
    Deque<Object> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      switch (open.pop()) {
        case Map<?, ?> map ->
            map.forEach((name, value) -> {
              if (value != null) {
                open.push(value);
                if (key.equals(name)) {
                  found.add(value);
                }
              }
            });
        case List<?> list ->
            list.forEach(value -> {
              if (value != null) {
                open.push(value);
              }
            });
        default -> {}
      }
    }
    return found;
  }

  /** What a path leads to. */
  static Object at(Object root, String... path) {
    Object at = root;
    for (String step : path) {
      at = map(at).get(step);
      if (at == null) {
        throw new AssertionError("no " + String.join(".", path) + " in " + root);
      }
    }
    return at;
  }

  static Map<?, ?> map(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new AssertionError("no map: " + value);
  }
}
