package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.espalier.service.cli.Shell.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the README: every {@code sh} block, in its order and as it is written. Only the port differs, so that a busy 8080
 * does not matter.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadmeCommandsIT {

  private static final Pattern BLOCK = Pattern.compile("(?m)^```sh\\n(.*?)^```$", Pattern.DOTALL);
  private static final String PORT = "8080";
  private static final String SERVING = "Ctrl-C stops it";

  private final Path checkout = Shell.checkout();
  private @Nullable BackgroundCommand service;
  @TempDir Path temp;

  @AfterEach
  void whatever_serves_is_stopped() throws Exception {
    stopService();
  }

  @TestFactory
  Stream<DynamicTest> every_block_runs_as_written() throws IOException {
    Shell shell = shell();
    return blocks().stream()
        .map(block -> dynamicTest(block.lines().findFirst().orElse(""), () -> run(shell, block)));
  }

  @Test
  void continuous_integration_runs_the_test_command_of_the_readme() throws IOException {
    assertThat(blocks()).contains("./espalier test\n");
    assertThat(checkout.resolve(".ci/run")).isExecutable();
    assertThat(Files.readString(checkout.resolve(".ci/run"))).endsWith("/../espalier\" test\n");
  }

  private void run(Shell shell, String block) throws Exception {
    if (block.equals("./espalier test\n")) {
      return; // it is what runs this test
    }
    if (block.matches("./espalier (demo|serve)\n")) {
      stopService();
      service = BackgroundCommand.start(shell, "bash", "-c", "exec " + block);
      service.awaitLine(SERVING);
      return;
    }
    if (block.startsWith("./espalier train")) {
      stopService();
    }
    assumeTrue(
        !block.contains("$ESPALIER_DATA") || dataFolder() != null,
        "needs the measuring data: set ESPALIER_DATA");
    String script =
        block.replace("127.0.0.1:" + PORT, "127.0.0.1:" + shell.variable("SERVER_PORT"));
    Outcome outcome = shell.run("bash", "-euo", "pipefail", "-c", script);
    assertThat(outcome.code()).as("%s%s", outcome.out(), outcome.err()).isZero();
    assertThat(outcome.out()).isNotBlank();
  }

  private void stopService() throws Exception {
    if (service != null) {
      try (BackgroundCommand stopping = service) {
        service = null;
        assertThat(stopping.stop()).as("ended by SIGTERM").isEqualTo(128 + 15);
      }
    }
  }

  /** What a reader has: the checkout as working directory, curl that fails on a refusal, and a port of its own. */
  private Shell shell() throws IOException {
    Files.writeString(temp.resolve(".curlrc"), "fail-with-body\nsilent\nshow-error\n");
    Path data = dataFolder();
    int port = freePort();
    Shell shell =
        new Shell(checkout)
            .with("CURL_HOME", temp.toString())
            .with("SERVER_PORT", Integer.toString(port))
            .with("ESPALIER_URL", "http://127.0.0.1:" + port)
            .with("ESPALIER_DATA_DIR", temp.resolve("espalier-data").toString());
    return data == null ? shell : shell.with("ESPALIER_DATA", data.toString());
  }

  private @Nullable Path dataFolder() {
    String set = System.getenv("ESPALIER_DATA");
    Path data = set == null ? checkout.resolveSibling("shared").resolve("data") : Path.of(set);
    return Files.isDirectory(data) ? data : null;
  }

  private List<String> blocks() throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(checkout.resolve("README.md")));
    while (block.find()) {
      blocks.add(block.group(1));
    }
    return blocks;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
