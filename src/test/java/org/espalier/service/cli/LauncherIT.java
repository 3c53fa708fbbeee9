package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, with a JDK and a Maven that only write down how they were
 * called.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LauncherIT {

  private static final List<String> TOOLS =
      List.of(
          "bash",
          "uname",
          "mv",
          "find",
          "head",
          "dirname",
          "basename",
          "readlink",
          "sed",
          "grep",
          "awk",
          "tail",
          "mkdir",
          "rm",
          "cp",
          "touch",
          "cat",
          "mktemp",
          "tee",
          "tr",
          "env",
          "flock");
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      if [[ $1 == -X* ]]; then echo "    java.home = ${0%/bin/java}" >&2; exit 0; fi
      if [[ " $*" =~ " -XX:AOTCacheOutput="(.*)" -XX:+Unlock" ]]; then
        archive=${BASH_REMATCH[1]}
        [[ ! -e ${archive%/src/target/*}/untrainable ]] || exit 1
        echo classes >"$archive"
        touch -t 209901010000 "$archive"
        exit 0
      fi
      echo "home=${0%/bin/java}"
      echo "pid=$$"
      for argument in "$@"; do echo "<$argument>"; done
      """;
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      echo "$JAVA_HOME $*" >>mvn.calls
      echo '[INFO] Building Espalier Embeddings 0.1.0-SNAPSHOT  [2/7]'
      if [[ -e break ]]; then
        echo '[ERROR] Broken.java:[1,1] no such thing'
        echo '[ERROR] -> [Help 1]'
        echo '[ERROR] read the manual'
        exit 1
      fi
      case "$*" in
        *verify*)
          echo '[INFO] --- surefire:3.5.6:test (default-test) @ espalier-embeddings ---'
          echo '[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in A'
          echo '[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1'
          echo '[INFO] --- failsafe:3.5.6:integration-test (default) @ espalier-service ---'
          echo '[WARNING] Tests run: 40, Failures: 2, Errors: 1, Skipped: 0'
          [[ ! -e red ]] ;;
        *)
          mkdir -p {src,bench}/target/lib
          touch src/target/espalier.jar bench/target/espalier-bench.jar ;;
      esac
      """;

  @TempDir Path temp;
  private Path tree;
  private Path bin;
  private Shell shell;
  private long touchAgeSeconds = 1000;

  @BeforeEach
  void a_tree_with_a_launcher_and_a_machine_with_few_tools() throws Exception {
    tree = Files.createDirectories(temp.resolve("a tree with spaces"));
    bin = Files.createDirectories(temp.resolve("bin"));
    for (String file : List.of("espalier", "jvm.options", "jvm.linux.options")) {
      Files.copy(Shell.checkout().resolve(file), tree.resolve(file));
    }
    script(tree.resolve("espalier"), Files.readString(tree.resolve("espalier")));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    for (String module : List.of("embeddings", "learning", "pme-search", "kgat", "src", "bench")) {
      Path sources = module.equals("src") ? Path.of("src/main") : Path.of(module, "src/main");
      Files.createDirectories(tree.resolve(sources));
      Files.writeString(tree.resolve(module).resolve("pom.xml"), "<project/>");
      Files.writeString(tree.resolve(sources).resolve("One.java"), "class One {}");
      Files.writeString(tree.resolve(sources).resolve("Two.java"), "class Two {}");
    }
    try (Stream<Path> sources = Files.walk(tree)) {
      for (Path source : sources.toList()) {
        age(source, 3600);
      }
    }
    for (String tool : TOOLS) {
      for (String folder : List.of("/usr/bin", "/bin")) {
        Path found = Path.of(folder, tool);
        if (Files.exists(found)) {
          script(bin.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(found));
        }
      }
    }
    script(bin.resolve("mvn"), MAVEN);
    shell =
        new Shell(temp)
            .withOnly()
            .with("PATH", bin.toString())
            .with("HOME", temp.toString())
            .with("ESPALIER_JDK_PATH", temp.resolve("jdks").toString());
  }

  @Test
  void without_a_jdk_it_says_in_one_line_what_to_install() throws Exception {
    Outcome outcome = launch("serve");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("espalier: no JDK 25 or newer found: install one")
        .hasLineCount(1);
  }

  @Test
  void without_maven_it_says_in_one_line_what_to_install() throws Exception {
    jdk("jdks/25", "25.0.3");
    Files.delete(bin.resolve("mvn"));
    Outcome outcome = launch("serve");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("espalier: no Maven found: install Maven 3.8.1 or newer")
        .hasLineCount(1);
  }

  @Test
  void maven_home_is_tried_before_the_path() throws Exception {
    jdk("jdks/25", "25.0.3");
    Files.delete(bin.resolve("mvn"));
    Path maven = temp.resolve("maven 4");
    Files.createDirectories(maven.resolve("bin"));
    script(maven.resolve("bin/mvn"), MAVEN);
    shell = shell.with("MAVEN_HOME", maven.toString());
    assertThat(launch("serve").code()).isZero();
    assertThat(mavenCalls()).hasSize(1);
  }

  @Test
  void java_home_is_taken_when_it_is_new_enough() throws Exception {
    jdk("jdks/25", "25.0.3");
    Path wanted = jdk("my jdk", "26-ea");
    shell = shell.with("JAVA_HOME", wanted.toString());
    assertThat(launch("serve").out()).contains("home=" + wanted);
  }

  @Test
  void a_java_home_that_is_too_old_gives_way_to_another_jdk() throws Exception {
    Path found = jdk("jdks/25", "25.0.3");
    shell = shell.with("JAVA_HOME", jdk("old", "17.0.15").toString());
    Outcome outcome = launch("serve");
    assertThat(outcome.out()).contains("home=" + found);
    assertThat(mavenCalls().getFirst()).startsWith(found.toString());
  }

  @Test
  void a_java_home_that_does_not_exist_gives_way_too() throws Exception {
    Path found = jdk("jdks/25", "25.0.3");
    shell = shell.with("JAVA_HOME", temp.resolve("gone").toString());
    assertThat(launch("serve").out()).contains("home=" + found);
  }

  @Test
  void the_java_on_the_path_is_followed_to_its_jdk() throws Exception {
    Path found = jdk("elsewhere", "25");
    Files.createSymbolicLink(bin.resolve("java"), found.resolve("bin/java"));
    assertThat(launch("serve").out()).contains("home=" + found);
  }

  @Test
  void a_shim_on_the_path_is_asked_where_its_jdk_is() throws Exception {
    Path found = jdk("elsewhere", "25");
    script(bin.resolve("java"), "#!/usr/bin/env bash\nexec '" + found + "/bin/java' \"$@\"\n");
    assertThat(launch("serve").out()).contains("home=" + found);
  }

  @Test
  void an_old_java_on_the_path_gives_way_to_a_usual_folder() throws Exception {
    Files.createSymbolicLink(bin.resolve("java"), jdk("old", "17.0.15").resolve("bin/java"));
    Path mac = jdk("jdks/temurin-25.jdk/Contents/Home", "25.0.3");
    assertThat(launch("serve").out()).contains("home=" + mac);
  }

  @Test
  void a_runtime_without_a_compiler_is_no_jdk() throws Exception {
    Files.delete(jdk("jdks/jre", "25.0.3").resolve("bin/javac"));
    assertThat(launch("serve").code()).isEqualTo(1);
  }

  @Test
  void it_builds_once_and_again_only_when_a_source_changed() throws Exception {
    jdk("jdks/25", "25.0.3");
    Outcome first = launch("serve");
    assertThat(first.code()).isZero();
    assertThat(first.err())
        .startsWith("espalier: building")
        .contains("espalier: keeping what a start has to do")
        .hasLineCount(2);
    assertThat(mavenCalls()).singleElement().asString().contains("package -pl src -am");

    assertThat(launch("serve").err()).isEmpty();
    assertThat(mavenCalls()).hasSize(1);

    touch("learning/src/main/One.java");
    launch("serve");
    assertThat(mavenCalls()).hasSize(2);

    touch("kgat/pom.xml");
    launch("serve");
    assertThat(mavenCalls()).hasSize(3);

    touch("bench/src/main/One.java");
    launch("serve");
    assertThat(mavenCalls()).as("what only the benchmarks need").hasSize(3);

    Files.delete(tree.resolve("embeddings/src/main/Two.java"));
    launch("serve");
    assertThat(mavenCalls()).as("a deleted source").hasSize(4);
  }

  @Test
  void a_jar_that_something_else_built_is_learned_from_without_another_build() throws Exception {
    jdk("jdks/25", "25.0.3");
    launch("serve");
    age(tree.resolve("src/target/espalier.aot"), 1000);
    Outcome other = launch("keys");
    assertThat(other.err()).as("what starts no service does not wait for that").isEmpty();
    assertThat(other.out()).doesNotContain("AOTCache");
    Outcome next = launch("serve");
    assertThat(next.err()).startsWith("espalier: keeping what a start has to do").hasLineCount(1);
    assertThat(next.out()).contains("<-XX:AOTCache=");
    assertThat(mavenCalls()).hasSize(1);
    assertThat(launch("serve").err()).isEmpty();
  }

  @Test
  void a_built_tree_needs_no_maven_and_no_writing() throws Exception {
    jdk("jdks/25", "25.0.3");
    launch("serve");
    Files.delete(bin.resolve("mvn"));
    Outcome outcome = launch("serve");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void a_failing_build_shows_its_errors_and_exits_with_1() throws Exception {
    jdk("jdks/25", "25.0.3");
    Files.createFile(tree.resolve("break"));
    Outcome outcome = launch("serve");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("Broken.java:[1,1] no such thing")
        .doesNotContain("read the manual")
        .endsWith("target/build.log\n");
  }

  @Test
  void a_start_that_cannot_be_learned_from_is_said_once_and_done_without() throws Exception {
    jdk("jdks/25", "25.0.3");
    Files.createFile(tree.resolve("untrainable"));
    Outcome first = launch("serve");
    assertThat(first.code()).isZero();
    assertThat(first.out()).doesNotContain("AOTCache").endsWith("<serve>\n");
    assertThat(first.err())
        .hasLineCount(3)
        .contains("starts will take longer than they could; the end of ")
        .endsWith("target/build.log says why\n");
    assertThat(launch("serve").err()).isEmpty();
  }

  @Test
  void a_native_library_is_used_that_was_unpacked_from_the_very_jar() throws Exception {
    jdk("jdks/25", "25.0.3");
    launch("serve");
    Files.createFile(tree.resolve("src/target/lib/rocksdbjni-2.jar"));
    Path one = Files.createDirectories(tree.resolve("src/target/native/rocksdbjni-1"));
    assertThat(launch("serve").out()).as("of another version").doesNotContain("library.path");
    Path two = Files.createDirectory(one.resolveSibling("rocksdbjni-2")).toRealPath();
    assertThat(launch("serve").out()).contains("<-Djava.library.path=" + two + ">");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere every start unpacks it")
  void a_native_library_is_unpacked_whole_before_the_first_start_or_not_at_all() throws Exception {
    Path home = jdk("jdks/25", "25.0.3");
    launch("keys");
    Files.createFile(tree.resolve("src/target/lib/rocksdbjni-2.jar"));
    script(home.resolve("bin/jar"), "#!/usr/bin/env bash\ntouch \"$4\"\nexit 1\n");
    Outcome failed = launch("serve");
    assertThat(failed.code()).isZero();
    assertThat(failed.out()).contains("AOTCache").doesNotContain("library.path");
    script(home.resolve("bin/jar"), "#!/usr/bin/env bash\necho \"$*\" >\"$4\"\n");
    age(tree.resolve("src/target/espalier.aot"), 1000);
    Path folder = tree.toRealPath().resolve("src/target/native/rocksdbjni-2");
    assertThat(launch("serve").out()).contains("<-Djava.library.path=" + folder + ">");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .singleElement()
          .satisfies(library ->
              assertThat(library)
                  .content()
                  .startsWith(
                      "--extract --file " + tree.toRealPath() + "/src/target/lib/rocksdbjni-2.jar ")
                  .endsWith(library.getFileName() + "\n"));
    }
  }

  @Test
  void the_jvm_gets_the_flags_of_the_file_then_the_extra_ones_then_the_command() throws Exception {
    jdk("jdks/25", "25.0.3");
    shell = shell.with("ESPALIER_JAVA_OPTS", "-Xmx1g  -Da=b");
    assertThat(launch("serve", "--port", "1", "two words", "*", "").out())
        .endsWith(
            """
            <@%1$s/jvm.options>
            %2$s<-Xmx1g>
            <-Da=b>
            <-XX:AOTCache=%1$s/src/target/espalier.aot>
            <-Xlog:aot=off>
            <-cp>
            <%1$s/src/target/espalier.jar:%1$s/src/target/lib/*>
            <org.espalier.service.cli.EspalierCommand>
            <serve>
            <--port>
            <1>
            <two words>
            <*>
            <>
            """
                .formatted(
                    tree.toRealPath(),
                    OS.LINUX.isCurrentOs()
                        ? "<@" + tree.toRealPath() + "/jvm.linux.options>\n"
                        : ""));
  }

  @Test
  void the_jvm_replaces_the_launcher_so_that_signals_reach_it() throws Exception {
    jdk("jdks/25", "25.0.3");
    launch("serve");
    Path out = temp.resolve("out.txt");
    Process process = shell.start(out, temp.resolve("err.txt"), command("serve"));
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(out)).contains("pid=" + process.pid() + "\n");
  }

  @Test
  void it_runs_through_a_chain_of_relative_and_absolute_symbolic_links() throws Exception {
    jdk("jdks/25", "25.0.3");
    Path links = Files.createDirectories(temp.resolve("links"));
    Files.createSymbolicLink(links.resolve("one"), Path.of("../a tree with spaces/espalier"));
    Files.createSymbolicLink(temp.resolve("two"), links.resolve("one"));
    Outcome outcome = shell.run(temp.resolve("two").toString(), "serve");
    assertThat(outcome.out()).contains("<@" + tree.toRealPath() + "/jvm.options>");
  }

  @Test
  void the_test_command_hands_its_arguments_to_maven_and_ends_in_the_counts() throws Exception {
    jdk("jdks/25", "25.0.3");
    Outcome outcome = launch("test", "-pl", "embeddings");
    assertThat(outcome.code()).isZero();
    assertThat(mavenCalls()).singleElement().asString().endsWith("-B verify -pl embeddings");
    assertThat(outcome.out())
        .endsWith(
            """
            [INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1 -- in espalier-embeddings
            [INFO] Tests run: 40, Failures: 2, Errors: 1, Skipped: 0 -- in espalier-service
            [INFO] Tests run: 43, Failures: 2, Errors: 1, Skipped: 1
            """);
  }

  @Test
  void a_failing_test_run_fails_the_test_command() throws Exception {
    jdk("jdks/25", "25.0.3");
    Files.createFile(tree.resolve("red"));
    Outcome outcome = launch("test");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).endsWith("Tests run: 43, Failures: 2, Errors: 1, Skipped: 1\n");
  }

  @Test
  void the_bench_command_builds_and_runs_the_benchmarks() throws Exception {
    jdk("jdks/25", "25.0.3");
    Outcome outcome = launch("bench", "topk", "--json");
    assertThat(mavenCalls()).singleElement().asString().contains("package -pl bench -am");
    assertThat(outcome.out())
        .contains("bench/target/espalier-bench.jar:")
        .endsWith("<org.espalier.bench.BenchCommand>\n<topk>\n<--json>\n");
  }

  @Test
  void help_for_the_test_command_comes_from_the_command_line() throws Exception {
    jdk("jdks/25", "25.0.3");
    assertThat(launch("test", "--help").out()).endsWith("<test>\n<--help>\n");
  }

  @Test
  void shellcheck_finds_nothing_in_the_scripts() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/shellcheck")), "shellcheck is not installed");
    Outcome outcome =
        new Shell(Shell.checkout())
            .run(
                "/usr/bin/shellcheck",
                "espalier",
                ".ci/run",
                ".ci/reproducible",
                "docker/build-tree",
                "docker/healthcheck",
                "embeddings/make-format-fixture");
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isZero();
  }

  private Outcome launch(String... arguments) throws Exception {
    return shell.run(command(arguments));
  }

  private String[] command(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = tree.resolve("espalier").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return command;
  }

  private List<String> mavenCalls() throws IOException {
    return Files.readAllLines(tree.resolve("mvn.calls"));
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = temp.toRealPath().resolve(name);
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA);
    script(home.resolve("bin/javac"), "");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    return home;
  }

  /** Changes a source after the last build, whatever the file system's clock resolution is. */
  private void touch(String source) throws IOException {
    age(tree.resolve("src/target/espalier.jar"), --touchAgeSeconds);
    age(tree.resolve(source), --touchAgeSeconds);
  }

  private static void age(Path path, long seconds) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(seconds)));
  }

  private static void script(Path path, String text) throws IOException {
    Files.writeString(path, text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
