package org.espalier.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image's content, made by {@code docker/build-tree} and run as it is in a container: by a user who owns none of it, on
 * files that nobody may write, with the declared volumes alone to write to.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
@EnabledOnOs(value = OS.LINUX, disabledReason = "images are of Linux")
class ImageTreeIT {

  private static final long BYTES_MAX = 300_000_000;
  private static final String NOBODY = "65534";
  private static final Pattern ADDRESS = Pattern.compile("answers on http://127.0.0.1:(\\d+)");

  @TempDir static Path temp;

  private final HttpClient http = HttpClient.newHttpClient();
  private Path tree = Path.of("");
  private Path volumes = Path.of("");

  @BeforeAll
  void build() throws Exception {
    tree = temp.resolve("image");
    volumes = Files.createDirectories(temp.resolve("volumes"));
    Process build =
        new ProcessBuilder("./build-tree", tree.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("build.log").toFile())
            .start();
    assertThat(build.waitFor()).as(Files.readString(temp.resolve("build.log"))).isZero();
    letOthersIn(temp);
    setWritable(false);
    for (String name : List.of("data", "backups", "tmp", "restored")) {
      Path volume = Files.createDirectories(volumes.resolve(name));
      Files.setPosixFilePermissions(volume, Set.of(PosixFilePermission.values()));
    }
  }

  @AfterAll
  void let_it_be_deleted() throws IOException, InterruptedException {
    setWritable(true);
    http.close();
  }

  @Test
  void it_is_small_and_has_one_native_library() throws IOException {
    long bytes = 0;
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
        names.add(tree.relativize(file).toString());
        assertThat(Files.getPosixFilePermissions(file))
            .doesNotContain(PosixFilePermission.OTHERS_WRITE);
      }
    }
    assertThat(bytes).isLessThan(BYTES_MAX);
    assertThat(names).filteredOn(name -> name.contains("librocksdbjni")).hasSize(1);
    Path jar =
        tree.resolve(
            names.stream()
                .filter(name -> name.contains("rocksdbjni-"))
                .filter(n -> n.endsWith(".jar"))
                .findFirst()
                .orElseThrow());
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      assertThat(zip.stream().map(Object::toString)).noneMatch(name -> name.contains("librocksdb"));
      assertThat(zip.getEntry("org/rocksdb/RocksDB.class")).isNotNull();
    }
  }

  @Test
  void it_serves_on_a_read_only_tree_and_stops_when_told() throws Exception {
    Map<String, Long> before = contents();
    Path log = temp.resolve("serve.log");
    // AOTMode=on: a start without the archive is a failed one.
    Process service = start(log, "-XX:AOTMode=on", "serve");
    try {
      URI base = URI.create("http://127.0.0.1:" + port(service, log));
      awaitReady(base.getPort(), service, log);
      StringBuilder events = new StringBuilder();
      for (int i = 0; i < 600; i++) {
        events.append(
            "{\"event_id\":\"e%d\",\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\"}%n"
                .formatted(i, i % 30, (i * i + i / 30) % 40));
      }
      assertThat(
              send(base, "/v1/events", "application/x-ndjson", events.toString())
                  .get("accepted")
                  .asInt())
          .isEqualTo(600);
      for (String job :
          List.of(
              "/v1/admin/trainings {\"dim\":8,\"activate\":\"auto\"}", "/v1/admin/backups {}")) {
        String[] route = job.split(" ", 2);
        awaitJob(base, send(base, route[0], "application/json", route[1]).get("job_id").asLong());
      }
      JsonNode ranking =
          send(base, "/v1/recommend", "application/json", "{\"user_id\":\"u1\",\"limit\":5}");
      assertThat(ranking.get("generation").asInt()).isEqualTo(1);
      assertThat(ranking.get("items").size()).isPositive();
      assertThat(get(base, "/v3/api-docs").statusCode()).isEqualTo(200);
      assertThat(get(base, "/actuator/prometheus").body()).contains("espalier_jobs_ended_total");
    } finally {
      service.destroy();
      assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(service.exitValue()).isEqualTo(128 + 15);
    assertThat(contents()).as("nothing outside the volumes is written").isEqualTo(before);

    Path restored = temp.resolve("restore.log");
    Process restore =
        start(
            restored,
            "-XX:AOTMode=on",
            "restore",
            "--from",
            "" + volumes.resolve("backups"),
            "--data-dir",
            "" + volumes.resolve("restored"),
            "--json");
    assertThat(restore.waitFor()).as(Files.readString(restored)).isZero();
    assertThat(Files.readString(restored)).contains("\"has_database\":true");
    Process doctor =
        start(
            restored,
            "-XX:AOTMode=on",
            "doctor",
            "--deep",
            "--data-dir",
            "" + volumes.resolve("restored"));
    assertThat(doctor.waitFor()).as(Files.readString(restored)).isZero();
    assertThat(Files.readString(restored)).contains("600 events, generation 1 is active");
  }

  /** As the image's ENTRYPOINT does, and as nobody where this process may change who it is. */
  private Process start(Path log, String flags, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of(
              "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs"));
    }
    command.add(tree.resolve("opt/java/bin/java").toString());
    command.add("@" + tree.resolve("opt/espalier/java.options"));
    command.add("org.espalier.service.cli.EspalierCommand");
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(volumes.resolve("data").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH",
                "/usr/bin:/bin",
                "ESPALIER_DATA_DIR",
                volumes.resolve("data").toString(),
                "ESPALIER_BACKUPS_FOLDER",
                volumes.resolve("backups").toString(),
                "SERVER_ADDRESS",
                "127.0.0.1",
                "SERVER_PORT",
                "0",
                "JDK_JAVA_OPTIONS",
                flags + " -XX:MaxRAMPercentage=20 -Djava.io.tmpdir=" + volumes.resolve("tmp")));
    return builder.start();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int port(Process service, Path log) throws Exception {
    while (true) {
      Matcher said = ADDRESS.matcher(Files.readString(log));
      if (said.find()) {
        return Integer.parseInt(said.group(1));
      }
      assertThat(service.waitFor(50, TimeUnit.MILLISECONDS)).as(Files.readString(log)).isFalse();
    }
  }

  /** By the image's own health check. */
  private void awaitReady(int port, Process service, Path log) throws Exception {
    while (true) {
      ProcessBuilder check =
          new ProcessBuilder(tree.resolve("opt/espalier/healthcheck").toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      check.environment().put("SERVER_PORT", Integer.toString(port));
      if (check.start().waitFor() == 0) {
        return;
      }
      assertThat(service.waitFor(50, TimeUnit.MILLISECONDS)).as(Files.readString(log)).isFalse();
    }
  }

  private JsonNode send(URI base, String path, String type, String body) throws Exception {
    while (true) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(base.resolve(path))
                  .header("Content-Type", type)
                  .POST(BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() == 503) { // the control plane opens beside the start
        Thread.sleep(100);
        continue;
      }
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
      return JsonMapper.shared().readTree(answer.body());
    }
  }

  private HttpResponse<String> get(URI base, String path) throws Exception {
    return http.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString());
  }

  private void awaitJob(URI base, long id) throws Exception {
    while (true) {
      JsonNode job = JsonMapper.shared().readTree(get(base, "/v1/admin/jobs/" + id).body());
      String status = job.get("status").asString();
      if (status.equals("succeeded")) {
        return;
      }
      assertThat(status).as(job.toString()).isIn("queued", "running");
      Thread.sleep(100);
    }
  }

  private Map<String, Long> contents() throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.toList()) {
        found.put(file.toString(), Files.getLastModifiedTime(file).toMillis());
      }
    }
    return found;
  }

  /** JUnit's folders are for their owner alone. */
  private static void letOthersIn(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = new HashSet<>(Files.getPosixFilePermissions(folder));
    permissions.add(PosixFilePermission.OTHERS_READ);
    permissions.add(PosixFilePermission.OTHERS_EXECUTE);
    Files.setPosixFilePermissions(folder, permissions);
  }

  private void setWritable(boolean writable) throws IOException, InterruptedException {
    Process change =
        new ProcessBuilder("chmod", "-R", writable ? "u+w" : "a-w", tree.toString()).start();
    assertThat(change.waitFor()).isZero();
  }
}
