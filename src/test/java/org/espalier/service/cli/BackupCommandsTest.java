package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.platform.EspalierProperties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code backup}, {@code restore}, {@code verify} and {@code doctor}, on one folder with two backups. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
class BackupCommandsTest {

  @TempDir static Path temp;

  private Path data = Path.of("");
  private Path backups = Path.of("");
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeAll
  void two_backups() {
    data = temp.resolve("data");
    backups = temp.resolve("backups");
    append(0, 100);
    JsonNode first = json("backup", "--data-dir", "" + data, "--to", "" + backups, "--json");
    assertThat(first.get("number").asInt()).isEqualTo(1);
    assertThat(first.get("verified").asBoolean()).isTrue();
    assertThat(first.get("has_database").asBoolean()).as("none was ever opened").isFalse();
    append(100, 150);
    nothing_said();
    assertThat(run("backup", "--data-dir", "" + data, "--to", "" + backups, "--no-verify"))
        .isZero();
    assertThat(out.toString()).startsWith("backup 2: ").endsWith(", not verified\n");
  }

  @BeforeEach
  void nothing_said() {
    out = new StringWriter();
    err = new StringWriter();
  }

  private void append(int from, int to) {
    try (Store store = Store.open(EspalierProperties.storeDir(data), StoreOptions.defaults())) {
      store.append(
          IntStream.range(from, to)
              .mapToObj(i -> new Event("e" + i, "click", "ann", "i" + i, 1, i, null, null))
              .toList());
    }
  }

  @Test
  void each_backup_is_restored_as_it_was() throws IOException {
    Path instance = data.resolve("control/instance");
    for (int number = 1; number <= 2; number++) {
      Path target = temp.resolve("restored-" + number);
      JsonNode restored =
          json(
              "restore",
              "--from",
              "" + backups,
              "--number",
              "" + number,
              "--data-dir",
              "" + target,
              "--json");
      assertThat(restored.get("number").asInt()).isEqualTo(number);
      try (Store store = Store.open(EspalierProperties.storeDir(target), StoreOptions.defaults())) {
        assertThat(store.lastSequence()).isEqualTo(number == 1 ? 100 : 150);
      }
      assertThat(target.resolve("control/instance")).hasSameTextualContentAs(instance);
      assertThat(json("verify", "--data-dir", "" + target, "--json").get("sound").asBoolean())
          .isTrue();
    }
  }

  @Test
  void a_folder_with_data_is_left_alone() {
    assertThat(run("restore", "--from", "" + backups, "--data-dir", "" + data)).isEqualTo(1);
    assertThat(err.toString())
        .contains("already has data in store; restore into an empty folder, or move that away");
    assertThat(run("restore", "--from", "" + backups, "--data-dir", "" + data, "--first-start"))
        .isZero();
    assertThat(out.toString()).endsWith("has data; nothing is restored\n");
  }

  @Test
  void a_restore_that_was_cut_short_is_begun_again() throws IOException {
    Path target = temp.resolve("cut-short");
    Files.createDirectories(target.resolve("restoring/store"));
    Files.writeString(target.resolve("restoring/store/half"), "half");
    Files.createDirectories(target.resolve("control"));
    Files.writeString(target.resolve("control/instance"), "half");
    assertThat(run("restore", "--from", "" + backups, "--data-dir", "" + target)).isZero();
    assertThat(target.resolve("restoring")).doesNotExist();
    assertThat(run("verify", "--data-dir", "" + target)).isZero();
    assertThat(out.toString()).endsWith("all as they were written\n");
  }

  @Test
  void what_is_not_there_is_said() {
    Path target = temp.resolve("never");
    assertThat(run("restore", "--data-dir", "" + target)).isEqualTo(2);
    assertThat(err.toString()).contains("--from or ESPALIER_BACKUPS_FOLDER");
    assertThat(run("restore", "--from", "" + backups, "--number", "9", "--data-dir", "" + target))
        .isEqualTo(1);
    assertThat(err.toString()).contains("there is no backup 9 in ").contains("there are [1, 2]");
    assertThat(run("restore", "--from", "" + temp.resolve("none"), "--data-dir", "" + target))
        .isEqualTo(1);
    assertThat(run("backup", "--data-dir", "" + target)).isEqualTo(1);
    assertThat(run("verify", "--data-dir", "" + target)).isEqualTo(1);
    assertThat(err.toString()).contains("is no data folder; name one with --data-dir");
    assertThat(target).doesNotExist();
  }

  @Test
  void a_damaged_and_a_newer_backup_make_no_data_folder() throws IOException {
    Path target = temp.resolve("from-damaged");
    String[] restore = {"restore", "--from", "" + temp.resolve("copy"), "--data-dir", "" + target};

    copy();
    Path record = temp.resolve("copy/control/2.json");
    Files.writeString(record, Files.readString(record).replace("\"format\":1", "\"format\":2"));
    assertThat(run(restore)).isEqualTo(1);
    assertThat(err.toString()).contains("has format 2").contains("a newer Espalier");
    Files.writeString(record, "{");
    assertThat(run(restore)).isEqualTo(1);
    assertThat(err.toString()).contains("2.json is damaged; restore another backup");
    Files.delete(record);
    assertThat(run(restore)).isEqualTo(1);
    assertThat(err.toString()).contains("add --without-database");

    try (Stream<Path> files = Files.list(temp.resolve("copy/shared_checksum"))) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
    copyOf("control/2.json");
    assertThat(run(restore)).isEqualTo(1);
    assertThat(err.toString()).contains("damaged");
    assertThat(Store.isAt(EspalierProperties.storeDir(target))).isFalse();

    assertThat(run("restore", "--from", "" + backups, "--data-dir", "" + target))
        .as("the next try is not in the way of the last")
        .isZero();
  }

  @Test
  void the_doctor_looks_at_everything_and_says_what_to_do() {
    JsonNode well = json("doctor", "--data-dir", "" + data, "--deep", "--json", "-Dserver.port=0");
    assertThat(names(well))
        .contains("jdk", "flags", "kernels", "memory", "files", "data folder", "disk", "store")
        .contains("backups", "port", "database", "broker");
    assertThat(check(well, "store")).isEqualTo("ok");
    assertThat(well.get("status").asString()).isEqualTo("warning"); // no backup in the data folder

    Path file = temp.resolve("backups/meta/1");
    assertThat(
            run(
                "doctor",
                "--data-dir",
                "" + file,
                "-Despalier.kafka.enabled=true",
                "-Dspring.kafka.bootstrap-servers=127.0.0.1:1",
                "-Despalier.store.free-disk-min=9PB",
                "-Dspring.datasource.url=jdbc:postgresql://127.0.0.1:1/x"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("failed   settings").contains("-> mend it");
    nothing_said();
    assertThat(
            run(
                "doctor",
                "--data-dir",
                "" + file,
                "-Despalier.kafka.enabled=true",
                "-Dspring.kafka.bootstrap-servers=127.0.0.1:1",
                "-Despalier.store.free-disk-min=9000000GB",
                "-Dspring.datasource.url=jdbc:postgresql://127.0.0.1:1/x"))
        .isEqualTo(1);
    assertThat(out.toString())
        .contains("failed   data folder")
        .contains("failed   disk")
        .contains("failed   broker")
        .contains("failed   database")
        .contains("start it, or mend spring.datasource");
  }

  @Test
  void the_doctor_finds_damage() throws IOException {
    Path target = temp.resolve("sick");
    assertThat(run("restore", "--from", "" + backups, "--data-dir", "" + target)).isZero();
    Files.writeString(target.resolve("store/FORMAT"), "espalier-store 999\n");
    JsonNode sick = json(1, "doctor", "--data-dir", "" + target, "--json");
    assertThat(sick.get("status").asString()).isEqualTo("failed");
    assertThat(check(sick, "store")).isEqualTo("failed");
  }

  private void copy() throws IOException {
    try (Stream<Path> files = Files.walk(backups)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        copyOf(backups.relativize(file).toString());
      }
    }
  }

  private void copyOf(String file) throws IOException {
    Path target = temp.resolve("copy").resolve(file);
    Files.createDirectories(target.getParent());
    Files.write(target, Files.readAllBytes(backups.resolve(file)));
  }

  private static List<String> names(JsonNode answer) {
    return answer.get("checks").valueStream().map(node -> node.get("check").asString()).toList();
  }

  private static String check(JsonNode answer, String name) {
    return answer
        .get("checks")
        .valueStream()
        .filter(node -> node.get("check").asString().equals(name))
        .findFirst()
        .orElseThrow()
        .get("status")
        .asString();
  }

  private JsonNode json(String... arguments) {
    return json(0, arguments);
  }

  private JsonNode json(int code, String... arguments) {
    out = new StringWriter();
    assertThat(run(arguments)).as(err.toString()).isEqualTo(code);
    return JsonMapper.shared().readTree(out.toString());
  }

  private int run(String... arguments) {
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
