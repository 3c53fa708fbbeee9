package org.espalier.bench.torture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.espalier.bench.torture.DamagedCopy.Loss;
import org.espalier.bench.torture.Ledger.Sent;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash suite that finds nothing proves nothing: here a made-up service breaks each promise, and must be caught. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CheckerTest {

  private final Map<String, String> answers = new ConcurrentHashMap<>(); // by the path's beginning
  private final List<String> said = new ArrayList<>();
  private final Violations violations = new Violations(said::add);
  private final Ledger ledger = new Ledger();
  private final ActiveGeneration active = new ActiveGeneration();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final HttpServer server;
  private final Api api;

  CheckerTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api = new Api(server.getAddress().getPort(), violations);
  }

  @BeforeEach
  void start() {
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String answer =
              answers.entrySet().stream()
                  .filter(entry -> path.startsWith(entry.getKey()))
                  .map(Map.Entry::getValue)
                  .findFirst()
                  .orElse("404 {\"detail\":\"unknown\"}");
          byte[] body = answer.substring(4).getBytes(UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    api.close();
    server.stop(0);
  }

  private void history(String... ids) {
    answers.put(
        "/v1/users/ann/events",
        "200 {\"items\":[%s],\"next_cursor\":null}"
            .formatted(
                String.join(
                    ",",
                    List.of(ids).stream().map(id -> "{\"event_id\":\"" + id + "\"}").toList())));
  }

  @Test
  void a_lost_and_a_repeated_event_are_found() throws Exception {
    ledger.acknowledge(List.of(new Sent("e1", "ann", "i"), new Sent("e2", "ann", "i")));
    Checker checker = new Checker(api, ledger, violations);
    history("e2", "e1", "unacknowledged");
    checker.histories(List.of("ann"));
    assertThat(said).isEmpty();

    history("e2");
    checker.histories(List.of("ann"));
    assertThat(said.getLast()).contains("1 acknowledged events of ann are lost, the first is e1");
    history("e2", "e1", "e2");
    checker.histories(List.of("ann"));
    assertThat(said.getLast()).contains("event e2 of ann is there 2 times");
    assertThat(checker.lost()).isEqualTo(1);
    assertThat(checker.duplicated()).isEqualTo(1);
  }

  @Test
  void a_record_that_never_arrives_and_a_job_that_is_forgotten_are_found() throws Exception {
    Ledger records = new Ledger();
    records.acknowledge(List.of(new Sent("k1", "ann", "i")));
    history();
    Checker checker = new Checker(api, ledger, violations);
    checker.everything(records, 0, () -> {});
    assertThat(said.getLast()).contains("1 records of ann never arrived");
    checker.jobs(List.of(7L), 0, () -> {});
    assertThat(said.getLast()).contains("job 7 was acknowledged and is not known");
    answers.put("/v1/admin/jobs/8", "200 {\"status\":\"failed\",\"error\":null}");
    checker.jobs(List.of(8L), 0, () -> {});
    assertThat(said.getLast()).contains("job 8 failed and does not say why");
    answers.put("/v1/admin/jobs/9", "200 {\"status\":\"running\"}");
    checker.jobs(List.of(9L), 0, () -> {});
    assertThat(said.getLast()).contains("job 9 does not end");
  }

  @Test
  void only_reasons_that_pass_are_taken_for_an_answer() throws Exception {
    answers.put("/v1/a", "503 {\"detail\":\"not open yet\"}");
    answers.put("/v1/b", "500 {\"detail\":\"oops\"}");
    answers.put("/v1/c", "503 {}");
    answers.put("/v1/d", "200 <html>");
    assertThat(api.get("/v1/a").notNow()).isTrue();
    assertThat(said).isEmpty();
    assertThat(api.get("/v1/b").ok()).isFalse();
    assertThat(said.getLast()).contains("/v1/b answered 500");
    assertThat(api.get("/v1/c").notNow()).isTrue();
    assertThat(said.getLast()).contains("/v1/c answered 503 and no reason");
    assertThatThrownBy(() -> api.get("/v1/d")).isInstanceOf(IOException.class);
    assertThat(said.getLast()).contains("/v1/d answered 200 and no JSON");
  }

  @Test
  void a_ranking_of_another_generation_or_a_mixed_one_is_found() throws Exception {
    Rankings rankings = new Rankings(1, api, active, ending, violations);
    active.is(1);
    rank(1, 0.5);
    steps(rankings);
    assertThat(said).isEmpty();
    active.mayBecome(2);
    rank(2, 0.75);
    steps(rankings);
    assertThat(said).isEmpty();
    active.is(2);
    rank(1, 0.5);
    steps(rankings);
    assertThat(said.getLast()).contains("generation 1 answered while only [2] may");
    said.clear();
    rank(2, 0.7);
    steps(rankings);
    assertThat(said.getLast()).contains("generation 2 ranked i1=0.70000");
  }

  private void rank(int generation, double score) {
    String answer =
        "200 {\"generation\":%d,\"items\":[{\"id\":\"i1\",\"score\":%s}]}"
            .formatted(generation, score);
    answers.put("/v1/rank", answer);
    answers.put("/v1/recommend", answer);
  }

  private static void steps(Rankings rankings) throws IOException, InterruptedException {
    for (int i = 0; i < 10; i++) { // both kinds of request are among them
      rankings.step();
    }
  }

  @Test
  void an_active_generation_that_nobody_activated_is_found() throws Exception {
    Administrator administrator = new Administrator(1, api, active, ending, violations);
    active.is(1);
    active.mayBecome(2);
    answers.put("/v1/admin/stats", "200 {\"active_generation\":2}");
    assertThat(administrator.settle()).isEqualTo(2);
    assertThat(said).isEmpty();
    answers.put("/v1/admin/stats", "200 {\"active_generation\":1}");
    assertThat(administrator.settle()).isEqualTo(1);
    assertThat(said.getLast()).contains("generation 1 is active while only [2] may be");
  }

  @Test
  void events_that_count_as_duplicates_at_once_are_found() throws Exception {
    EventWriter writer = new EventWriter("w", 1, api, ledger, ending, violations);
    List<Sent> batch = List.of(new Sent("w-0", "ann", "i"), new Sent("w-1", "ann", "i"));
    answers.put("/v1/events", "202 {\"accepted\":2,\"duplicates\":0}");
    writer.send(batch);
    assertThat(said).isEmpty();
    assertThat(ledger.of("ann")).containsExactly("w-0", "w-1");
    answers.put("/v1/events", "202 {\"accepted\":1,\"duplicates\":1}");
    writer.send(batch);
    assertThat(said.getLast()).contains("never sent before count as duplicates");
    answers.put("/v1/events", "202 {\"accepted\":1,\"duplicates\":0}");
    writer.send(batch);
    assertThat(said.getLast()).contains("2 events were answered with");
  }

  @Test
  void a_job_is_waited_for_until_it_is_in_the_phase_or_over() throws Exception {
    Administrator administrator = new Administrator(1, api, active, ending, violations);
    JobPhases phases =
        new JobPhases(
            List.of(new JobPhases.Kind("/v1/admin/trainings", "{}", List.of("reading"))),
            api,
            administrator,
            new SplittableRandom(1));
    answers.put("/v1/admin/trainings", "202 {\"job_id\":7}");
    answers.put("/v1/admin/jobs/7", "200 {\"status\":\"failed\",\"phase\":\"reading the log\"}");
    phases.await();
    assertThat(phases.met()).isEmpty();
    answers.put("/v1/admin/jobs/7", "200 {\"status\":\"running\",\"phase\":\"reading the log\"}");
    phases.await();
    assertThat(phases.met()).containsExactly(Map.entry("trainings: reading", 1));
    assertThat(administrator.jobs()).containsExactly(7L);
    assertThat(said).isEmpty();
  }

  @Test
  void a_copy_that_lost_what_is_not_the_newest_is_told_from_one_that_was_cut_off(
      @TempDir Path folder) {
    try (Store before = Store.open(folder.resolve("before"), StoreOptions.defaults());
        Store cutOff = Store.open(folder.resolve("cut"), StoreOptions.defaults());
        Store holed = Store.open(folder.resolve("holed"), StoreOptions.defaults())) {
      for (int i = 1; i <= 5; i++) {
        Event event = new Event("e" + i, "click", "u" + i, "i", 1, i, null, null);
        before.append(List.of(event));
        holed.append(List.of(event));
        if (i <= 3) {
          cutOff.append(List.of(event));
        }
      }
      holed.deleteUser("u2");
      List<String> ids = List.of("e1", "e2", "e3", "e4", "e5");
      assertThat(Loss.of(ids, before, before)).isEqualTo(new Loss(0, 0));
      assertThat(Loss.of(ids, before, cutOff)).isEqualTo(new Loss(2, 0));
      assertThat(Loss.of(ids, before, holed)).isEqualTo(new Loss(1, 1));
    }
  }
}
