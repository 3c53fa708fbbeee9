package org.espalier.bench.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service that is tortured: one process after the other on one data folder. Used by one thread. */
final class Subject implements AutoCloseable {

  private static final long START_MS_MAX = 180_000;
  private static final long COMMAND_S_MAX = 300;
  private static final long KEEP_S_MAX = 300;
  private static final String MAIN = "org.espalier.service.cli.EspalierCommand";

  private final Path data;
  private final Path log;
  private final Path classes;
  private final int port;
  private final List<String> settings;
  private @Nullable Process process;

  /**
   * @param work takes what it says, and the classes that the first start has loaded
   * @param settings as {@code -Despalier.store.free-disk-min=64MB}
   */
  Subject(Path data, Path work, List<String> settings) throws IOException {
    this.data = data;
    this.log = work.resolve("service.log");
    this.classes = work.resolve("classes.aot");
    this.port = freePort();
    this.settings = settings;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  Path data() {
    return data;
  }

  /** Starts it, and returns once it is ready. */
  void start(Api api) throws IOException, InterruptedException {
    launch();
    awaitReady(api);
  }

  /**
   * Starts it for the first time; what {@link #stopAndKeep} keeps of it makes later starts faster, as the
   * launcher does it.
   */
  void startAndLearn(Api api) throws IOException, InterruptedException {
    process =
        launch(
            settings,
            "-XX:AOTCacheOutput=" + classes,
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-AOTRecordTraining",
            "-Despalier.kernel=scalar");
    awaitReady(api);
  }

  /** Starts it, and does not wait for it. */
  void launch() throws IOException {
    process = launch(settings, cached());
  }

  private String cached() {
    // A class path with folders on it has no such cache.
    return Files.exists(classes) ? "-XX:AOTCache=" + classes : "-Xshare:auto";
  }

  private void awaitReady(Api api) throws InterruptedException {
    Process started = running();
    long endMs = System.currentTimeMillis() + START_MS_MAX;
    while (!ready(api)) {
      if (!started.isAlive() || System.currentTimeMillis() > endMs) {
        throw new IllegalStateException("the service does not start; see " + log);
      }
      Thread.sleep(20);
    }
  }

  /** Starts it with one more setting that it must refuse; returns its exit code. */
  int startRefused(String setting) throws IOException, InterruptedException {
    List<String> with = new ArrayList<>(settings);
    with.add(setting);
    Process refused = launch(with, cached());
    if (!refused.waitFor(START_MS_MAX, TimeUnit.MILLISECONDS)) {
      refused.destroyForcibly().waitFor();
      return -1;
    }
    return refused.exitValue();
  }

  private Process launch(List<String> with, String... flags) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(MAIN, "serve", "--data-dir", data.toString(), "--port", "" + port));
    command.addAll(with);
    List<String> all = new ArrayList<>(List.of("-Xmx384m"));
    all.addAll(List.of(flags));
    return JavaProcess.start(log, all, command);
  }

  /** Runs another of its commands; returns the exit code, or -1 when it does not end. */
  int command(Path output, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(MAIN));
    command.addAll(List.of(arguments));
    Files.deleteIfExists(output);
    Process started = JavaProcess.start(output, List.of("-Xmx256m", cached()), command);
    if (!started.waitFor(COMMAND_S_MAX, TimeUnit.SECONDS)) {
      started.destroyForcibly().waitFor();
      return -1;
    }
    return started.exitValue();
  }

  private static boolean ready(Api api) throws InterruptedException {
    try {
      return api.get("/actuator/health/readiness").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  boolean isAlive() {
    return running().isAlive();
  }

  /** As a power switch would, as far as one process is concerned. */
  void kill() throws InterruptedException {
    running().destroyForcibly().waitFor();
  }

  /** As an orderly shutdown does. */
  boolean stop() throws InterruptedException {
    Process stopped = running();
    stopped.destroy();
    boolean ended = stopped.waitFor(120, TimeUnit.SECONDS);
    if (!ended) {
      stopped.destroyForcibly().waitFor();
    }
    return ended;
  }

  /** Ends the first process, which writes what it has loaded before it goes; without that, starts are slower. */
  void stopAndKeep() throws IOException, InterruptedException {
    Process first = running();
    first.destroy();
    if (!first.waitFor(KEEP_S_MAX, TimeUnit.SECONDS)) {
      first.descendants().forEach(ProcessHandle::destroyForcibly); // it has another JVM write
      first.destroyForcibly().waitFor();
      Files.deleteIfExists(classes); // half of it
    }
  }

  void pause(long ms) throws IOException, InterruptedException {
    JavaProcess.signal(running(), "STOP");
    Thread.sleep(ms);
    JavaProcess.signal(running(), "CONT");
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("it was never started");
    }
    return process;
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
