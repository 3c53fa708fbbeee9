package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Vectors made elsewhere are fitted and served by the real launcher. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FitIT {

  private static final Pattern URL = Pattern.compile("serving (http://127\\.0\\.0\\.1:\\d+)");

  @TempDir Path temp;

  @Test
  void fitted_vectors_serve_look_ups_and_rankings_as_the_vectors_say() throws Exception {
    MadeVectors made = MadeVectors.write(temp, 5);
    Shell shell = new Shell(temp).with("ESPALIER_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    String launcher = Shell.checkout().resolve("espalier").toString();
    Outcome fitted =
        shell.run(
            launcher,
            "fit",
            "--items=items.npy",
            "--ids=items.txt",
            "--queries=users.npy",
            "--query-ids=users.txt",
            "--keep=0.35",
            "--out=fitted");
    assertThat(fitted.code()).as(fitted.err()).isZero();
    assertThat(fitted.out()).contains("400 items of 16 dimensions keep 0.");

    try (BackgroundCommand serving =
        BackgroundCommand.start(shell, launcher, "serve", "--data-dir", "fitted", "--port", "0")) {
      serving.awaitLine("serving http://127.0.0.1:");
      Matcher said = URL.matcher(serving.errors());
      assertThat(said.find()).isTrue();
      String url = said.group(1);

      JsonNode found =
          post(
              url + "/v1/embeddings:lookup",
              "{\"keys\":[{\"table\":\"item\",\"id\":\"item 17\"},{\"table\":\"user\",\"id\":\"user 3\"}]}");
      JsonNode item = found.get("embeddings").get(0);
      JsonNode user = found.get("embeddings").get(1);
      assertThat(item.get("size").asInt()).isBetween(1, 4);
      for (int d = 0; d < MadeVectors.DIM; d++) {
        assertThat(item.get("vector").get(d).floatValue())
            .isCloseTo(made.items()[17 * MadeVectors.DIM + d], within(1e-3f));
        assertThat(user.get("vector").get(d).floatValue())
            .isEqualTo(made.users()[3 * MadeVectors.DIM + d]);
      }

      JsonNode recommended = get(url + "/v1/recommend/" + encoded("user 3") + "?n=5");
      assertThat(recommended.get("fallback").isNull()).isTrue();
      assertThat(ids(recommended)).isEqualTo(made.best(3, 5));
      JsonNode ranked =
          post(
              url + "/v1/rank",
              "{\"user_id\":\"user 8\",\"items\":[{\"id\":\"item 1\"},{\"id\":\"item 2\"}]}");
      for (JsonNode entry : ranked.get("items")) {
        int row = Integer.parseInt(entry.get("id").asString().substring("item ".length()));
        assertThat(entry.get("score").doubleValue())
            .isCloseTo(made.score(made.users(), 8, row), within(1e-3));
      }
      assertThat(ids(get(url + "/v1/items/" + encoded("item 1") + "/similar?n=3")))
          .hasSize(3)
          .doesNotContain("item 1");
      assertThat(get(url + "/v1/recommend/somebody").get("fallback").asString())
          .isEqualTo("popular");
      assertThat(serving.stop()).as("ended by SIGTERM").isEqualTo(128 + 15);
    }
  }

  private static List<String> ids(JsonNode ranking) {
    return ranking.get("items").valueStream().map(item -> item.get("id").asString()).toList();
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static JsonNode get(String url) throws Exception {
    return answer(HttpRequest.newBuilder(URI.create(url)).GET());
  }

  private static JsonNode post(String url, String body) throws Exception {
    return answer(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static JsonNode answer(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JsonMapper.shared().readTree(answer.body());
    }
  }
}
