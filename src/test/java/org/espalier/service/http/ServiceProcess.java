package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.espalier.service.platform.EspalierApplication;

/** The service as it is shipped, in a process of its own. */
final class ServiceProcess implements AutoCloseable {

  private static final Pattern ANSWERS = Pattern.compile("answers on http://[^:]+:(\\d+)");
  private static final long START_MS_MAX = 300_000;

  private final Process process;
  private final Path out;
  private final Path err;

  private ServiceProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts it; it may still fail. */
  static ServiceProcess start(Path data, String... arguments) throws IOException {
    Path logs = Files.createTempDirectory(Files.createDirectories(Path.of("target/data")), "run");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("..", "jvm.options"));
    command.add("-Xmx512m");
    command.add("-cp");
    command.add(
        Path.of("target", "espalier.jar") + File.pathSeparator + Path.of("target", "lib", "*"));
    command.add(EspalierApplication.class.getName());
    command.add("--espalier.data-dir=" + data);
    command.add("--espalier.ranking.warm-up=0ms");
    command.addAll(List.of(arguments));
    Path out = logs.resolve("out");
    Path err = logs.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new ServiceProcess(process, out, err);
  }

  /** Starts it on any free port and waits until it answers. */
  static ServiceProcess serve(Path data) throws IOException, InterruptedException {
    ServiceProcess service = start(data, "--server.port=0");
    service.port();
    return service;
  }

  /** The port that it answers on, as soon as it does. */
  int port() throws IOException, InterruptedException {
    long endMs = System.currentTimeMillis() + START_MS_MAX;
    while (System.currentTimeMillis() < endMs) {
      Matcher line = ANSWERS.matcher(Files.readString(out, UTF_8));
      if (line.find()) {
        return Integer.parseInt(line.group(1));
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    throw new IllegalStateException("the service does not answer: " + out() + err());
  }

  /** Ends it as a power switch would, as far as one process is concerned. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to stop. */
  int stop() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(START_MS_MAX, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("the service does not end");
    }
    return process.exitValue();
  }

  String out() throws IOException {
    return Files.readString(out, UTF_8);
  }

  /** What it wrote to standard error. */
  String err() throws IOException {
    return Files.readString(err, UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
