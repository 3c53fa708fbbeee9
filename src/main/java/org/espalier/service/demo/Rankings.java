package org.espalier.service.demo;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Asks the service for ranked lists of item ids, best first. */
final class Rankings {

  private record Request(String userId, int limit, List<String> excludeSeen) {}

  private final Api api;

  Rankings(Api api) {
    this.api = api;
  }

  /** What the service recommends to a user, without what the user has chosen already. */
  List<String> newTo(String userId, int count) throws InterruptedException {
    return ids(api.post("/v1/recommend", new Request(userId, count, Feed.Interaction.CHOICES)));
  }

  /** The items most similar to one. */
  List<String> similar(String itemId, int count) throws InterruptedException {
    return ids(api.get(similarPath(itemId, count)));
  }

  static String recommendPath(String userId, int count) {
    return "/v1/recommend/" + encode(userId) + "?n=" + count;
  }

  static String similarPath(String itemId, int count) {
    return "/v1/items/" + encode(itemId) + "/similar?n=" + count;
  }

  private static String encode(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static List<String> ids(JsonNode answer) {
    return answer.path("items").valueStream().map(item -> item.path("id").asString()).toList();
  }
}
