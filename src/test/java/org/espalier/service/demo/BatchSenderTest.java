package org.espalier.service.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BatchSenderTest {

  private record Element(String itemId, int number) {}

  private record Answer(int status, String type, String body) {}

  private final JsonMapper json = JsonMapper.shared();
  private final Queue<JsonNode> received = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Function<Integer, Answer> answers = _ -> accepted();
  private HttpServer server;
  private Api api;

  @BeforeEach
  void a_service_that_answers_as_told() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    api = new Api(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), null);
  }

  @AfterEach
  void the_service_stops() {
    api.close();
    server.stop(0);
    threads.close();
  }

  @Test
  void everything_arrives_once_in_batches_with_snake_case_names() throws Exception {
    send(2_500);
    assertThat(received).hasSize(3).allSatisfy(batch -> assertThat(batch.size()).isLessThan(1001));
    assertThat(received.stream().flatMap(JsonNode::valueStream))
        .hasSize(2_500)
        .doesNotHaveDuplicates()
        .contains(json.readTree("{\"item_id\":\"i7\",\"number\":7}"));
  }

  @Test
  void an_empty_stream_sends_nothing() throws Exception {
    send(0);
    assertThat(received).isEmpty();
  }

  @Test
  void a_busy_service_is_asked_again() throws Exception {
    answers = request -> request == 1 ? new Answer(429, "text/plain", "") : accepted();
    send(10);
    assertThat(requests).hasValue(2);
  }

  @Test
  void a_rejected_element_is_named_with_its_reason() {
    answers =
        _ ->
            new Answer(
                202,
                "application/json",
                """
                {"accepted":9,"rejected":[{"index":4,"code":"invalid_id","detail":"too long"}]}
                """);
    assertThatThrownBy(() -> send(10))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "POST /v1/things rejected 1 of 10, first Element[itemId=i4, number=4]: invalid_id (too long)");
  }

  @Test
  void a_refused_batch_ends_the_sending_with_the_problems_detail() {
    answers = _ -> new Answer(507, "application/problem+json", "{\"detail\":\"the disk is full\"}");
    assertThatThrownBy(() -> send(100_000))
        .isInstanceOf(CommandException.class)
        .hasMessage("POST /v1/things was refused with 507: the disk is full");
    assertThat(requests).hasValueLessThan(100);
  }

  @Test
  void a_service_that_is_gone_is_one_line() {
    server.stop(0);
    assertThatThrownBy(() -> send(1))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("POST http://127.0.0.1:")
        .hasMessageContaining("failed");
  }

  private void send(int count) throws InterruptedException {
    var unseen =
        new Console(new PrintStream(new ByteArrayOutputStream(), true, UTF_8), 0, () -> 0L);
    try (Progress progress = unseen.progress("Sending", Math.max(1, count))) {
      new BatchSender(api, "/v1/things", batch -> batch, 4)
          .send(
              IntStream.range(0, count).mapToObj(i -> new Element("i" + i, i)).iterator(),
              progress);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answers.apply(requests.incrementAndGet());
      JsonNode body = json.readTree(exchange.getRequestBody());
      if (answer.status() == 202) {
        received.add(body);
      }
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Retry-After", "0");
      byte[] bytes = answer.body().getBytes(UTF_8);
      exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Answer accepted() {
    return new Answer(
        202,
        "application/json",
        json.writeValueAsString(Map.of("accepted", 1, "rejected", new int[0])));
  }
}
