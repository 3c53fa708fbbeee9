package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The search as people run it, on the built tree: candidate, activation, serving, kill and resume. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SearchIT {

  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);

  @TempDir Path temp;
  private Shell shell;
  private String launcher;

  @BeforeEach
  void a_data_folder_with_a_log() {
    shell = new Shell(temp);
    launcher = Shell.checkout().resolve("espalier").toString();
    List<Event> events = new ArrayList<>();
    for (Iterator<WorldEvent> all = new SampleWorld(800, 400, 60_000, 3).events();
        all.hasNext(); ) {
      WorldEvent e = all.next();
      events.add(
          new Event(
              e.eventId(),
              e.type(),
              e.userId(),
              e.itemId(),
              e.click() ? 1 : 0,
              e.timeMs(),
              null,
              null));
    }
    try (Store store = Store.open(temp.resolve("data").resolve("store"), OPTIONS)) {
      store.append(events);
    }
  }

  @Test
  void the_pruned_generation_serves_and_loses_little() throws Exception {
    Outcome outcome =
        shell.run(
            launcher, "search", "--data-dir", "data", "--keep", "0.1", "--activate", "--json");
    assertThat(outcome.err()).doesNotContain("bug");
    assertThat(outcome.code()).isZero();
    JsonNode json = JsonMapper.shared().readTree(outcome.out());
    assertThat(json.get("activated").asBoolean()).isTrue();
    assertThat(json.get("parameters").asLong()).isLessThanOrEqualTo(json.get("budget").asLong());
    double full = json.get("test").get("full").get("ndcg@20").asDouble();
    double searched = json.get("test").get("searched").get("ndcg@20").asDouble();
    double popular = json.get("test").get("popularity").get("ndcg@20").asDouble();
    assertThat(searched).as("guard: at most .02 below the full size").isGreaterThan(full - 0.02);
    assertThat(searched).isGreaterThan(popular);
    int generation = json.get("generation").asInt();
    assertThat(temp.resolve("data/search")).as("the work folder").doesNotExist();
    assertThat(temp.resolve("data/reports/search-" + generation + ".html"))
        .content()
        .contains("<svg");
    assertThat(temp.resolve("data/reports/search-" + generation + ".json")).isNotEmptyFile();
    try (Store store = Store.open(temp.resolve("data").resolve("store"), OPTIONS)) {
      Manifest manifest = store.generations().manifest(generation);
      assertThat(manifest.metrics()).containsEntry("ndcg@20", searched);
      assertThat(manifest.parameters()).containsEntry("method", "pme").containsEntry("keep", 0.1);
      assertThat(
              manifest.table("item").orElseThrow().shape().groups().stream()
                  .filter(g -> g.rows() > 0))
          .as("items have several sizes")
          .hasSizeGreaterThan(2);
    }

    try (BackgroundCommand service =
        BackgroundCommand.start(shell, launcher, "serve", "--data-dir", "data", "--port", "0")) {
      service.awaitLine("serving http://127.0.0.1:");
      JsonNode answer = get(service, "/v1/recommend/u0?n=5");
      assertThat(answer.get("generation").asInt()).isEqualTo(generation);
      assertThat(answer.get("items").size()).isEqualTo(5);
      assertThat(answer.get("fallback").isNull()).isTrue();

      Outcome beside = shell.run(launcher, "search", "--data-dir", "data", "--keep", "0.1");
      assertThat(beside.code()).isEqualTo(1);
      assertThat(beside.err()).contains("in use");
      assertThat(temp.resolve("data/search")).doesNotExist();
    }
  }

  @Test
  void a_search_that_was_killed_goes_on_after_its_last_finished_phase() throws Exception {
    String[] search = {
      launcher, "search", "--data-dir", "data", "--keep", "0.1", "--duty", "0.1", "--json"
    };
    try (BackgroundCommand first = BackgroundCommand.start(shell, search)) {
      first.awaitLine("Training the full-size model");
    } // by SIGKILL
    assertThat(temp.resolve("data/search/SNAPSHOT.checkpoint")).exists();
    assertThat(temp.resolve("data/search/CANDIDATE.checkpoint")).doesNotExist();

    search[7] = "1";
    Outcome second = shell.run(search);
    assertThat(second.code()).isZero();
    assertThat(second.err())
        .contains("Reading the log: done before")
        .contains("Splitting by time: done before")
        .doesNotContain("Measuring: done before");
    JsonNode resumed = JsonMapper.shared().readTree(second.out());
    assertThat(temp.resolve("data/search")).doesNotExist();

    Outcome whole = shell.run(search);
    JsonNode uninterrupted = JsonMapper.shared().readTree(whole.out());
    assertThat(resumed.get("test")).isEqualTo(uninterrupted.get("test"));
    assertThat(resumed.get("curve")).isEqualTo(uninterrupted.get("curve"));
    assertThat(resumed.get("item_sizes")).isEqualTo(uninterrupted.get("item_sizes"));
  }

  private static JsonNode get(BackgroundCommand service, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String body =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(url(service) + path)).build(),
                  BodyHandlers.ofString())
              .body();
      return JsonMapper.shared().readTree(body);
    }
  }

  private static String url(BackgroundCommand service) throws IOException {
    Matcher address = Pattern.compile("http://127.0.0.1:\\d+").matcher(service.errors());
    assertThat(address.find()).isTrue();
    return address.group();
  }
}
