package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** A service with a port of its own for administrators. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ManagementPortTest {

  private static final String ADMIN = "an-admin-key-of-a-deployment-0123456789";

  private static final List<String> MANAGEMENT =
      List.of(
          "/actuator/health/liveness",
          "/actuator/health/readiness",
          "/actuator/health",
          "/actuator/prometheus",
          "/v1/admin/stats",
          "/v1/admin/jobs",
          "/v1/%61dmin/stats");

  @TempDir Path data;

  @Test
  void administrators_routes_are_behind_their_port_alone_and_nothing_else_is() throws Exception {
    try (ConfigurableApplicationContext context = start()) {
      RunningHttp open = new RunningHttp(port(context, "local.server.port"));
      RunningHttp management = new RunningHttp(port(context, "local.management.port"));
      assertThat(management.port()).isNotEqualTo(open.port());
      management.awaitAdmin();
      for (String path : MANAGEMENT) {
        open.get(path).assertProblem(ProblemCode.UNKNOWN_ROUTE);
        management.get(path).assertStatus(200);
      }
      management.get("/actuator/nothing").assertProblem(ProblemCode.UNKNOWN_ROUTE);
      management.get("/v1/admin/nothing").assertProblem(ProblemCode.UNKNOWN_ROUTE);
      open.post("/v1/admin/keys", "{\"name\":\"x\",\"scopes\":[\"admin\"]}")
          .assertProblem(ProblemCode.UNKNOWN_ROUTE);
      for (String path : List.of("/v1/items", "/v1/recommend/u", "/v3/api-docs", "/")) {
        management.get(path).assertProblem(ProblemCode.UNKNOWN_ROUTE);
      }
      open.get("/v1/recommend/u").assertStatus(200);
      open.get("/v3/api-docs").assertStatus(200);
      // What the first port is told, the second is told as well.
      Answer refused =
          HttpTest.send(
              HttpRequest.newBuilder(management.uri("/v1/admin/trainings"))
                  .header("Content-Type", HttpTest.JSON)
                  .POST(BodyPublishers.ofString(" ".repeat(2048))));
      refused.assertProblem(ProblemCode.BODY_TOO_LARGE);
      assertThat(refused.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }
  }

  @Test
  void keys_and_scopes_hold_on_both() throws Exception {
    try (ConfigurableApplicationContext context =
        start("--espalier.access.admin-key=" + ADMIN, "--server.address=0.0.0.0")) {
      RunningHttp open = new RunningHttp(port(context, "local.server.port"));
      RunningHttp management = new RunningHttp(port(context, "local.management.port"));
      management.get("/actuator/health/readiness").assertStatus(200);
      management.get("/actuator/prometheus").assertProblem(ProblemCode.KEY_MISSING);
      management.get("/v1/admin/stats").assertProblem(ProblemCode.KEY_MISSING);
      open.get("/v1/recommend/u").assertProblem(ProblemCode.KEY_MISSING);
      open.get("/v1/admin/stats").assertProblem(ProblemCode.UNKNOWN_ROUTE);
      while (ask(management, "/v1/admin/keys", ADMIN, "").status() == 503) {
        Thread.onSpinWait();
      }
      String reader =
          ask(management, "/v1/admin/keys", ADMIN, "{\"name\":\"r\",\"scopes\":[\"read\"]}")
              .assertStatus(201)
              .json()
              .get("key")
              .asString();
      ask(open, "/v1/recommend/u", reader, "").assertStatus(200);
      ask(management, "/actuator/prometheus", reader, "").assertStatus(200);
      ask(management, "/v1/admin/stats", reader, "").assertProblem(ProblemCode.SCOPE_MISSING);
    }
  }

  @Test
  void without_a_key_neither_address_may_be_of_others() {
    assertThatThrownBy(() -> start("--management.server.address=0.0.0.0"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("management.server.address=0.0.0.0 is refused");
    assertThatThrownBy(
            () -> start("--server.address=0.0.0.0", "--management.server.address=127.0.0.1"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("server.address=0.0.0.0 is refused");
  }

  @Test
  void a_port_that_somebody_has_is_one_line() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> start("--management.server.port=" + busy.getLocalPort()))
          .isInstanceOf(StartFailedException.class)
          .hasMessage(
              "port %d is in use; stop the other process or set management.server.port"
                  .formatted(busy.getLocalPort()));
    }
  }

  private ConfigurableApplicationContext start(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--espalier.data-dir=" + data,
                "--espalier.ranking.warm-up=0ms",
                "--espalier.limits.body-size=1KB",
                "--management.server.port=0"));
    settings.addAll(List.of(more)); // of two of a name the last one counts
    List<String> last = new ArrayList<>();
    for (String setting : settings) {
      String name = setting.substring(0, setting.indexOf('=') + 1);
      last.removeIf(other -> other.startsWith(name));
      last.add(setting);
    }
    return EspalierApplication.run(last.toArray(String[]::new));
  }

  private static int port(ConfigurableApplicationContext context, String name) {
    return Integer.parseInt(context.getEnvironment().getRequiredProperty(name));
  }

  private static Answer ask(RunningHttp service, String path, String key, String json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.uri(path)).header("Authorization", "Bearer " + key);
    return HttpTest.send(
        json.isEmpty()
            ? request.GET()
            : request.header("Content-Type", HttpTest.JSON).POST(BodyPublishers.ofString(json)));
  }
}
