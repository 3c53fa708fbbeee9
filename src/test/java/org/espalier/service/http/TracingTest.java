package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.espalier.service.http.SpanReceiver.Received;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Traces as a collector gets them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TracingTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";

  @TempDir Path data;

  @Test
  void a_collector_gets_requests_with_their_stages_and_jobs_with_their_phases() throws Exception {
    try (SpanReceiver collector = new SpanReceiver();
        ConfigurableApplicationContext context =
            EspalierApplication.run(
                "--server.port=0",
                "--espalier.data-dir=" + data,
                "--espalier.ranking.warm-up=0ms",
                "--management.opentelemetry.tracing.export.otlp.endpoint=" + collector.url(),
                "--management.opentelemetry.tracing.export.schedule-delay=50ms",
                "--management.tracing.sampling.probability=1")) {
      RunningHttp service =
          new RunningHttp(
              Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
      service.sendWorld(50, 40, 1000);
      Received commit = collector.await(span -> span.name().equals("ingest.commit"));
      Received events = collector.await(span -> span.spanId().equals(commit.parentId()));
      assertThat(events.name()).isEqualTo("http post /v1/events");
      assertThat(events.parentId()).isEmpty();

      service.awaitAdmin();
      service.train("{\"dim\":4,\"activate\":\"auto\",\"held_out\":0}");
      Received job = collector.await(span -> span.name().equals("job.training"));
      assertThat(job.parentId()).as("a trace of its own").isEmpty();
      assertThat(collector.all().stream().filter(span -> span.parentId().equals(job.spanId())))
          .as("its phases")
          .hasSizeGreaterThan(1)
          .allMatch(span -> span.traceId().equals(job.traceId()));

      Answer answer = ask(service, "u1", "00-%s-%s-01".formatted(TRACE, CALLER)).assertStatus(200);
      assertThat(answer.header("Trace-Id")).isEqualTo(TRACE);
      Received request = collector.await(span -> span.parentId().equals(CALLER));
      assertThat(request.traceId()).isEqualTo(TRACE);
      assertThat(request.name()).isEqualTo("http post /v1/recommend");
      for (String stage :
          new String[] {"ranking.filter", "ranking.lookup", "ranking.score", "ranking.diversify"}) {
        Received span = collector.await(s -> s.name().equals(stage) && s.traceId().equals(TRACE));
        assertThat(span.parentId()).as(stage).isNotEmpty();
      }

      // Without a caller's trace, and for a refusal, the answer names the trace that was sent.
      Answer refused = service.post("/v1/recommend", "{}");
      assertThat(refused.status()).isEqualTo(400);
      String id = refused.json().get("trace_id").asString();
      assertThat(refused.header("Trace-Id")).isEqualTo(id);
      collector.await(span -> span.traceId().equals(id) && span.parentId().isEmpty());

      service.get("/actuator/health/liveness").assertStatus(200);
      service.get("/v1/users/a-secret-id").assertProblem(ProblemCode.UNKNOWN_USER);
      Received last = collector.await(span -> span.name().contains("/v1/users/{id}"));
      assertThat(last.text()).doesNotContain("a-secret-id");
      assertThat(collector.all()).noneMatch(span -> span.name().contains("actuator"));
    }
  }

  @Test
  void without_a_collector_there_is_no_tracer_and_ids_are_as_ever() {
    try (ConfigurableApplicationContext context =
        EspalierApplication.run("--server.port=0", "--espalier.data-dir=" + data)) {
      assertThat(context.getBeanNamesForType(io.micrometer.tracing.Tracer.class)).isEmpty();
      assertThat(context.getBeanNamesForType(io.opentelemetry.api.OpenTelemetry.class)).isEmpty();
      RunningHttp service =
          new RunningHttp(
              Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
      Answer answer = ask(service, "u1", "00-%s-%s-01".formatted(TRACE, CALLER));
      assertThat(answer.header("Trace-Id")).isEqualTo(TRACE);
      assertThat(
              service.get("/nothing").assertProblem(ProblemCode.UNKNOWN_ROUTE).header("Trace-Id"))
          .matches("[0-9a-f]{32}");
    }
  }

  private static Answer ask(RunningHttp service, String user, String traceparent) {
    return HttpTest.send(
        HttpRequest.newBuilder(service.uri("/v1/recommend"))
            .header("Content-Type", HttpTest.JSON)
            .header("traceparent", traceparent)
            .POST(
                BodyPublishers.ofString(
                    "{\"user_id\":\"%s\",\"limit\":3,\"diversity\":{\"lambda\":0.5}}"
                        .formatted(user))));
  }
}
