package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** Nothing that an administrator asks for changes anything unseen. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AuditTest {

  private static final String ADMIN = "an-admin-key-of-a-deployment-0123456789";

  /**
   * A request of each route that changes something, in the order in which they are sent; what was made by the one before
   * is {@code LAST}. A route that is not here fails the test.
   */
  private static final Map<String, String> REQUESTS = new LinkedHashMap<>();

  static {
    REQUESTS.put("POST /v1/admin/trainings", "{\"dim\":4}");
    REQUESTS.put("POST /v1/admin/jobs/{id}:rerun", "");
    REQUESTS.put("POST /v1/admin/jobs/{id}:cancel", "");
    REQUESTS.put("POST /v1/admin/pruning-jobs", "{\"target\":{\"keep\":0.1}}");
    REQUESTS.put("POST /v1/admin/pruning-jobs/{id}:cancel", "");
    REQUESTS.put("POST /v1/admin/propagations", "{\"scope\":\"full\",\"model\":\"fastrp\"}");
    REQUESTS.put("POST /v1/admin/propagations/{id}:cancel", "");
    REQUESTS.put("POST /v1/admin/backups", "{}");
    REQUESTS.put("POST /v1/admin/cleanups", "{}");
    REQUESTS.put("POST /v1/admin/retentions", "{\"max_age\":\"P90D\"}");
    REQUESTS.put("POST /v1/admin/generations/{generation}:activate", "{\"expected_current\":null}");
    REQUESTS.put("PUT /v1/admin/generations/{generation}:pin", "{\"pinned\":true}");
    REQUESTS.put("DELETE /v1/admin/generations/{generation}", "");
    REQUESTS.put(
        "PUT /v1/admin/experiments/{id}",
        "{\"variants\":[{\"name\":\"A\",\"generation\":7,\"share\":0.5}]}");
    REQUESTS.put("DELETE /v1/admin/experiments/{id}", "");
    REQUESTS.put("POST /v1/admin/keys", "{\"name\":\"k\",\"scopes\":[\"read\"]}");
    REQUESTS.put("DELETE /v1/admin/keys/{id}", "");
    REQUESTS.put("POST /v1/admin/dead-letters:replay", "");
  }

  @TempDir Path data;

  @Test
  void every_admin_route_that_changes_something_leaves_an_entry() {
    try (ConfigurableApplicationContext context =
        EspalierApplication.run(
            "--server.port=0",
            "--espalier.data-dir=" + data,
            "--espalier.ranking.warm-up=0ms",
            "--espalier.access.admin-key=" + ADMIN,
            "--espalier.kafka.enabled=true", // for its routes; no broker is there
            "--spring.kafka.bootstrap-servers=127.0.0.1:9")) {
      RunningHttp service =
          new RunningHttp(
              Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
      assertThat(changingRoutes(context))
          .as("each route needs a request in this test, which shows that it is audited")
          .isEqualTo(new TreeSet<>(REQUESTS.keySet()));
      while (ask(service, "GET", "/v1/admin/audit", "").status() == 503) {
        Thread.onSpinWait();
      }
      Map<String, Answer> answers = new LinkedHashMap<>();
      String last = "1";
      for (Map.Entry<String, String> request : REQUESTS.entrySet()) {
        String[] route = request.getKey().split(" ", 2);
        String path = route[1].replaceAll("\\{[a-z]+}", last);
        Answer answer = ask(service, route[0], path, request.getValue());
        answers.put(request.getKey(), answer);
        JsonNode body = answer.json();
        for (String made : Set.of("job_id", "key_id")) {
          last = body != null && body.has(made) ? body.get(made).asString() : last;
        }
      }
      JsonNode entries = ask(service, "GET", "/v1/admin/audit?limit=1000", "").json().get("items");
      answers.forEach((route, answer) -> {
        assertThat(
                entries
                    .valueStream()
                    .filter(entry ->
                        entry.get("trace_id").asString("").equals(answer.header("Trace-Id"))))
            .as("%s, which answered %d %s", route, answer.status(), answer.body())
            .hasSize(1)
            .allMatch(entry -> entry.get("caller").asString().contains("configured"));
      });
    }
  }

  /** Methods and patterns of the routes that need the scope admin and do not only read. */
  private static Set<String> changingRoutes(ConfigurableApplicationContext context) {
    Set<String> routes = new TreeSet<>();
    context
        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
        .getHandlerMethods()
        .forEach((info, method) -> {
          for (RequestMethod verb : info.getMethodsCondition().getMethods()) {
            if (verb != RequestMethod.GET && isAdmins(method)) {
              info.getPatternValues().forEach(pattern -> routes.add(verb + " " + pattern));
            }
          }
        });
    return routes;
  }

  private static boolean isAdmins(HandlerMethod method) {
    Needs needs = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Needs.class);
    if (needs == null) {
      needs = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Needs.class);
    }
    return needs != null && needs.value() == Scope.ADMIN;
  }

  private static Answer ask(RunningHttp service, String method, String path, String json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.uri(path)).header("Authorization", "Bearer " + ADMIN);
    if (!json.isEmpty()) {
      request.header("Content-Type", HttpTest.JSON);
    }
    return HttpTest.send(request.method(method, BodyPublishers.ofString(json)));
  }
}
