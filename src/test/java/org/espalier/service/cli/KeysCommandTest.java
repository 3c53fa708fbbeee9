package org.espalier.service.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.espalier.service.platform.EspalierApplication;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./espalier keys …} on a folder, and {@code ./espalier admin keys …} on the service on it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KeysCommandTest {

  @TempDir Path data;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void the_first_key_lets_a_service_listen_to_others_and_a_revoked_one_lets_nobody_in()
      throws Exception {
    JsonNode ops =
        json("keys", "create", "ops", "--scopes", "admin", "--data-dir", folder(), "--json");
    String admin = ops.get("key").asString();
    JsonNode shop =
        json(
            "keys",
            "create",
            "shop",
            "--scopes",
            "read,write",
            "--expires",
            "30d",
            "--rate",
            "50",
            "--data-dir",
            folder(),
            "--json");
    assertThat(shop.get("expires_at").asString()).isNotBlank();
    assertThat(text("keys", "list", "--data-dir", folder()))
        .contains("ops", "read,write", "active")
        .doesNotContain(admin);
    assertThat(data.resolve("store")).as("no command opened the store").doesNotExist();

    try (ConfigurableApplicationContext service =
        EspalierApplication.run(
            "--server.port=0",
            "--server.address=0.0.0.0",
            "--espalier.data-dir=" + folder(),
            "--espalier.ranking.warm-up=0ms")) {
      String url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
      assertThat(status(url + "/v1/items/x", admin)).isEqualTo(404);
      assertThat(status(url + "/v1/items/x", "nothing")).isEqualTo(401);
      while (run("admin", "keys", "list", "--url", url, "--key", admin) != 0) {
        assertThat(err.toString()).contains("not open yet");
        LockSupport.parkNanos(20_000_000);
      }
      assertThat(out.toString()).contains("ops", "shop");

      refusesTheFolder(service);
      String id = shop.get("key_id").asString();
      String shopKey = shop.get("key").asString();
      assertThat(status(url + "/v1/items/x", shopKey)).isEqualTo(404);
      assertThat(text("admin", "keys", "revoke", id, "--url", url, "--key", admin))
          .contains("is revoked");
      assertThat(status(url + "/v1/items/x", shopKey)).isEqualTo(401);
      assertThat(
              run(
                  "admin",
                  "keys",
                  "revoke",
                  ops.get("key_id").asString(),
                  "--url",
                  url,
                  "--key",
                  admin))
          .isEqualTo(1);
      assertThat(err.toString()).contains("last key with the scope admin");
      assertThat(run("admin", "stats", "--url", url)).isEqualTo(1);
      assertThat(err.toString()).contains("401", "send an API key").hasLineCount(1);
      assertThat(
              text(
                  "admin",
                  "keys",
                  "create",
                  "more",
                  "--scopes",
                  "read",
                  "--url",
                  url,
                  "--key",
                  admin))
          .contains("shown this once");
    }
    assertThat(text("keys", "revoke", ops.get("key_id").asString(), "--data-dir", folder()))
        .contains("is revoked");
    assertThat(run("keys", "revoke", "nothing", "--data-dir", folder())).isEqualTo(1);
    assertThat(run("keys", "create", "x", "--scopes", "root", "--data-dir", folder())).isEqualTo(2);
    assertThat(run("keys", "create", "x", "--scopes", "read", "--expires", "soon")).isEqualTo(2);
    assertThat(run("keys", "create", "x")).isEqualTo(2);
  }

  /** H2 lets this process open its file twice; another process is refused. */
  private void refusesTheFolder(ConfigurableApplicationContext service) throws Exception {
    assertThat(service.isActive()).isTrue();
    for (String[] command :
        new String[][] {
          {"list"}, {"create", "late", "--scopes", "read"}, {"revoke", "5f0c1d2e3a4b"}
        }) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  EspalierCommand.class.getName(),
                  "keys"));
      line.addAll(List.of(command));
      line.addAll(List.of("--data-dir", folder()));
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isEqualTo(1);
      assertThat(said)
          .contains("espalier: the service is running: use ./espalier admin keys … instead");
    }
  }

  private static int status(String url, String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("X-API-Key", key).GET().build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  private String folder() {
    return data.toString();
  }

  private String text(String... arguments) {
    assertThat(run(arguments)).as("%s%s", out, err).isZero();
    return out.toString();
  }

  private JsonNode json(String... arguments) {
    String answer = text(arguments);
    assertThat(answer).as("one object and nothing else").hasLineCount(1);
    return JsonMapper.shared().readTree(answer);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
