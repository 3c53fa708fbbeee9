package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.platform.Activation;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.training.ModelTrainer;
import org.espalier.service.training.TrainingResult.Trained;
import org.espalier.service.training.TrainingSpec;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RestartTest {

  private static final String RECOMMEND = "/v1/recommend/u1?n=50";
  private static final String EVENTS =
      IntStream.range(0, 60)
          .mapToObj(i ->
              "{\"event_id\":\"e%d\",\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\"}"
                  .formatted(i, i % 6, i % 10))
          .collect(Collectors.joining(",", "[", "]"));

  @TempDir Path data;

  @Test
  void a_restarted_service_knows_and_answers_what_it_did_before() {
    List<String> before;
    try (ConfigurableApplicationContext service = start()) {
      send(service, "POST", "/v1/events", EVENTS).assertStatus(202);
      send(service, "PUT", "/v1/items/i1", "{\"fields\":{\"title\":\"Dune\"}}").assertStatus(201);
      send(service, "PUT", "/v1/items/i2", "{\"hidden\":true}").assertStatus(201);
      send(service, "DELETE", "/v1/items/i3", "").assertStatus(204);
      erase(service, "u5");
      Answer popular = send(service, "GET", RECOMMEND, "").assertStatus(200);
      assertThat(popular.json().get("fallback").asString()).isEqualTo("popular");
      assertThat(popular.json().get("generation").isNull()).isTrue();
      trainAndActivate(service);
      before = ranked(send(service, "GET", RECOMMEND, ""));
    }
    try (ConfigurableApplicationContext service = start()) {
      Answer after = send(service, "GET", RECOMMEND, "").assertStatus(200);
      assertThat(after.json().get("fallback").isNull()).isTrue();
      assertThat(ranked(after)).isEqualTo(before).doesNotContain("i2", "i3");
      Answer again = send(service, "POST", "/v1/events", EVENTS).assertStatus(202);
      assertThat(again.json().get("duplicates").asInt()).isEqualTo(50);
      assertThat(again.json().get("accepted").asInt()).as("the erased user's").isEqualTo(10);
      assertThat(send(service, "GET", "/v1/items/i1", "").json().get("fields").toString())
          .isEqualTo("{\"title\":\"Dune\"}");
      send(service, "GET", "/v1/items/i3", "").assertProblem(ProblemCode.UNKNOWN_ITEM);
      assertThat(send(service, "GET", "/v1/users/u1/events", "").json().get("items")).hasSize(10);
    }
  }

  private ConfigurableApplicationContext start() {
    return EspalierApplication.run(
        "--server.port=0", "--espalier.data-dir=" + data, "--espalier.ranking.warm-up=0ms");
  }

  private static void erase(ConfigurableApplicationContext service, String user) {
    RunningHttp http =
        new RunningHttp(
            Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
    http.awaitAdmin();
    String erasure = http.delete("/v1/users/" + user).assertStatus(202).header("Location");
    http.await(erasure, now -> now.json().get("status").asString().equals("completed"));
  }

  private static void trainAndActivate(ConfigurableApplicationContext service) {
    TrainingSpec spec = new TrainingSpec(MfLoss.ALS, 4, 1, 1, 0);
    Trained trained =
        (Trained) service.getBean(ModelTrainer.class).train(spec, _ -> {}, () -> false);
    service.getBean(Activation.class).activate(trained.generation());
  }

  private static List<String> ranked(Answer answer) {
    return answer.texts("items", "id");
  }

  private static Answer send(
      ConfigurableApplicationContext service, String method, String path, String body) {
    String port = service.getEnvironment().getProperty("local.server.port");
    return HttpTest.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", HttpTest.JSON)
            .method(method, BodyPublishers.ofString(body)));
  }
}
