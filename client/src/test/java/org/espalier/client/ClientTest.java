package org.espalier.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.espalier.client.model.ActivateRequest;
import org.espalier.client.model.Candidate;
import org.espalier.client.model.Event;
import org.espalier.client.model.Filter;
import org.espalier.client.model.FilterValue;
import org.espalier.client.model.Generation;
import org.espalier.client.model.Job;
import org.espalier.client.model.JobAccepted;
import org.espalier.client.model.Problem;
import org.espalier.client.model.RankRequest;
import org.espalier.client.model.RankedItem;
import org.espalier.client.model.RecommendRequest;
import org.espalier.client.model.RecordUpdate;
import org.espalier.client.model.TrainingRequest;
import org.espalier.service.platform.EspalierApplication;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** What a user of the service does in a day, through nothing but the generated client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClientTest {

  private static final String KEY = "configured-by-the-test-0123456789abcdef";

  @TempDir static Path data;

  private final ApiClient client = new ApiClient();

  @Test
  void the_generated_client_feeds_trains_ranks_activates_and_rolls_back() throws Exception {
    try (ConfigurableApplicationContext service = start()) {
      connect(service);
      feed();
      int first = train(1);
      assertThat(rankings().recommendToUser("u1", 5).getFallback()).isEqualTo("popular");
      activate(first, null);
      rank(first);
      int second = train(2);
      activate(second, first);
      assertThat(rankings().recommendToUser("u1", 5).getGeneration()).isEqualTo(second);
      activate(first, second);
      assertThat(rankings().recommendToUser("u1", 5).getGeneration()).isEqualTo(first);
      refuse(first, second);
    }
  }

  private static ConfigurableApplicationContext start() {
    return EspalierApplication.run(
        "--server.port=0",
        "--espalier.data-dir=" + data,
        "--espalier.ranking.warm-up=0ms",
        "--espalier.access.admin-key=" + KEY);
  }

  private void connect(ConfigurableApplicationContext service) throws ApiException {
    client.updateBaseUri(
        "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + KEY));
    while (!admin().getStats().getControlDatabaseOpen()) {
      LockSupport.parkNanos(20_000_000); // it opens beside the start
    }
  }

  private void feed() throws ApiException {
    SplittableRandom random = new SplittableRandom(1);
    OffsetDateTime start = OffsetDateTime.parse("2026-01-31T12:00:00Z");
    List<Event> sent = new ArrayList<>();
    for (int e = 0; e < 1000; e++) {
      sent.add(
          new Event()
              .type("click")
              .userId("u" + e % 40)
              .itemId("i/" + (random.nextInt(30) * 2 + e % 2))
              .timestamp(start.plusSeconds(e)));
    }
    assertThat(events().addEvents(sent, "one-batch").getAccepted()).isEqualTo(1000);
    assertThat(events().addEvents(sent, "one-batch").getDuplicates()).isEqualTo(1000);
    catalogue()
        .putItem(
            "i/1",
            new RecordUpdate().putFieldsItem("genre", List.of("sf")).putFieldsItem("year", 1965),
            null,
            "*");
    assertThat(catalogue().getItem("i/1", null).getFields().get("year")).isEqualTo(1965);
    assertThat(catalogue().listUserEvents("u1", null, null, 10).getItems()).hasSize(10);
  }

  private int train(long seed) throws ApiException {
    JobAccepted begun = admin().startTraining(new TrainingRequest().dim(8).seed(seed), null);
    String id = String.valueOf(begun.getJobId());
    Job job = admin().getJob(id);
    while (job.getFinishedAt() == null) {
      LockSupport.parkNanos(20_000_000);
      job = admin().getJob(id);
    }
    assertThat(job.getStatus()).as(job.toString()).isEqualTo(Job.StatusEnum.SUCCEEDED);
    return ((Number) job.getResult().get("generation")).intValue();
  }

  private void activate(int generation, Integer expected) throws ApiException {
    Generation active =
        admin()
            .activateGeneration(
                Integer.toString(generation), new ActivateRequest().expectedCurrent(expected));
    assertThat(active.getActive()).isTrue();
  }

  private void rank(int generation) throws ApiException {
    var ranking =
        rankings()
            .rank(
                new RankRequest()
                    .userId("u1")
                    .addItemsItem(new Candidate().id("i/1"))
                    .addItemsItem(new Candidate().id("i/2"))
                    .addItemsItem(new Candidate().id("nothing")));
    assertThat(ranking.getGeneration()).isEqualTo(generation);
    assertThat(ranking.getUnknownItems()).containsExactly("nothing");
    assertThat(ranking.getItems()).extracting(RankedItem::getId).containsExactly("i/1", "i/2");
    Filter genre = new Filter().field("genre").eq(new FilterValue("sf"));
    assertThat(rankings().recommend(new RecommendRequest().userId("u1").filter(genre)).getItems())
        .extracting(RankedItem::getId)
        .containsExactly("i/1");
  }

  /** What the service refuses reaches the caller as a problem. */
  private void refuse(int active, int other) throws IOException {
    ApiException stale = catchThrowableOfType(ApiException.class, () -> activate(active, other));
    assertThat(stale.getCode()).isEqualTo(409);
    Problem problem =
        ApiClient.createDefaultObjectMapper().readValue(stale.getResponseBody(), Problem.class);
    assertThat(problem.getCode()).isEqualTo("stale_generation");
    assertThat(problem.getTraceId()).hasSize(32);
  }

  // Each of them takes the client's address when it is made.

  private EventsApi events() {
    return new EventsApi(client);
  }

  private CatalogueApi catalogue() {
    return new CatalogueApi(client);
  }

  private RankingApi rankings() {
    return new RankingApi(client);
  }

  private AdminApi admin() {
    return new AdminApi(client);
  }
}
