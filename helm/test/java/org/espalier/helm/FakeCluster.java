package org.espalier.helm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** As much of a cluster as a template asks: whether a Secret is there. It is named in the file of $KUBECONFIG. */
final class FakeCluster implements AutoCloseable {

  private static final String RESOURCES =
      """
      {"kind":"APIResourceList","groupVersion":"v1","resources":[
        {"name":"secrets","singularName":"secret","namespaced":true,"kind":"Secret","verbs":["get","list"]}]}\
      """;

  private final HttpServer server;

  private FakeCluster(String adminKey) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1", exchange -> answer(exchange, 200, RESOURCES));
    server.createContext(
        "/api/v1/namespaces/" + Chart.NAMESPACE + "/secrets/",
        exchange -> {
          if (adminKey.isEmpty()) {
            answer(
                exchange,
                404,
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}");
          } else {
            answer(
                exchange,
                200,
                "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"},\"data\":{\"admin-key\":\"%s\"}}"
                    .formatted(adminKey));
          }
        });
    server.start();
    Path config = Path.of(Objects.requireNonNull(System.getenv("KUBECONFIG")));
    Files.createDirectories(config.getParent());
    Files.writeString(
        config,
        """
        {apiVersion: v1, kind: Config, current-context: fake, users: [{name: nobody, user: {}}],
         clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}],
         contexts: [{name: fake, context: {cluster: fake, user: nobody}}]}
        """
            .formatted(server.getAddress().getPort()));
  }

  /** A cluster in which the chart was never installed. */
  static FakeCluster without() throws IOException {
    return new FakeCluster("");
  }

  /**
   * A cluster that has the chart's Secret.
   *
   * @param adminKey in Base64
   */
  static FakeCluster withKey(String adminKey) throws IOException {
    return new FakeCluster(adminKey);
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] body = json.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
