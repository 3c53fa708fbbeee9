package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real launcher on the built tree: how the service starts, refuses to start, and stops. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ServeIT {

  @TempDir Path temp;
  private Shell shell;
  private String launcher;

  @BeforeEach
  void a_folder_that_is_not_the_checkout() {
    // Half the start is compiling; what is tested here does not run long enough to repay it.
    shell = new Shell(temp).with("ESPALIER_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    launcher = Shell.checkout().resolve("espalier").toString();
  }

  @Test
  void the_built_tree_is_up_to_date_and_the_help_comes_at_once() throws Exception {
    Outcome outcome = shell.run(launcher, "--help");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .startsWith("Usage: espalier")
        .contains(
            "\n  demo ", "\n  serve ", "\n  train ", "\n  evaluate ", "\n  test ", "\n  bench ");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void wrong_usage_exits_with_2_through_a_symbolic_link() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("esp"), Path.of(launcher));
    Outcome outcome = shell.run(link.toString(), "serve", "--port", "many");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("espalier: Invalid value for option '--port'");
  }

  @Test
  void it_serves_keeps_a_second_one_off_its_folder_and_stops_on_a_signal() throws Exception {
    try (BackgroundCommand first =
        BackgroundCommand.start(shell, launcher, "serve", "--data-dir", "data", "--port", "0")) {
      first.awaitLine("serving http://127.0.0.1:");
      assertThat(temp.resolve("data")).isDirectory();

      Outcome second = shell.run(launcher, "serve", "--data-dir", "data", "--port", "0");
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err())
          .startsWith("espalier: ")
          .contains("data")
          .contains("in use")
          .hasLineCount(1);

      assertThat(first.stop()).as("ended by SIGTERM").isEqualTo(128 + 15);
    }
  }

  @Test
  void a_busy_port_is_one_line() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Outcome outcome = shell.run(launcher, "serve", "--data-dir", "data", "--port", port);
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err())
          .startsWith("espalier: ")
          .contains("port " + port + " is in use")
          .hasLineCount(1);
    }
  }

  @Test
  void too_little_free_disk_is_one_line() throws Exception {
    Outcome outcome =
        shell.run(launcher, "serve", "--port", "0", "-Despalier.store.free-disk-min=1000000GB");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("espalier: the disk of ").hasLineCount(1);
  }

  @Test
  void a_full_disk_is_one_line() throws Exception {
    Path disk = Files.createDirectories(temp.resolve("disk"));
    assumeTrue(
        canRun("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString()),
        "mounting is not permitted here");
    try {
      fill(disk.resolve("everything"));
      Outcome outcome =
          shell.run(
              launcher,
              "serve",
              "--port=0",
              "--data-dir=" + disk.resolve("data"),
              "-Despalier.store.free-disk-min=0B");
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err())
          .startsWith("espalier: ")
          .contains("No space left on device")
          .hasLineCount(1);
    } finally {
      shell.run("umount", disk.toString());
    }
  }

  private boolean canRun(String... command) throws InterruptedException {
    try {
      return shell.run(command).code() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static void fill(Path file) {
    try {
      Files.write(file, new byte[1 << 20]);
      throw new AssertionError("the disk is larger than it should be");
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }
}
