package org.espalier.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.espalier.service.platform.EspalierApplication;

/** The service in a process of its own, with this one's class path and JVM flags. Closing it stops it. */
final class ServiceRun implements AutoCloseable {

  private static final Pattern ANSWERS = Pattern.compile("answers on http://[^:]+:(\\d+)");
  private static final long PATIENCE_NS = 300_000_000_000L;

  private final Process process;
  private final Path out;
  private final int port;
  private final double readyMs;

  private ServiceRun(Process process, Path out, int port, double readyMs) {
    this.process = process;
    this.out = out;
    this.port = port;
    this.readyMs = readyMs;
  }

  /** Starts it and returns once it is ready. */
  static ServiceRun start(Path data, String javaOpts, String... settings)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    if (!javaOpts.isBlank()) {
      command.addAll(List.of(javaOpts.strip().split("\\s+", -1)));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EspalierApplication.class.getName());
    command.add("--espalier.data-dir=" + data);
    command.add("--server.address=127.0.0.1");
    command.add("--server.port=0");
    command.addAll(List.of(settings));
    Path out = data.resolve("bench.log");
    long startNs = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    while (System.nanoTime() - startNs < PATIENCE_NS) {
      Matcher line = ANSWERS.matcher(Files.readString(out, UTF_8));
      if (line.find()) {
        double readyMs = (System.nanoTime() - startNs) * 1e-6;
        return new ServiceRun(process, out, Integer.parseInt(line.group(1)), readyMs);
      }
      if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException(
        "the service does not get ready: " + Files.readString(out, UTF_8).strip());
  }

  int port() {
    return port;
  }

  /** From its start to the moment at which it answers, in milliseconds. */
  double readyMs() {
    return readyMs;
  }

  /** What it has used of the processors so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Its resident memory in megabytes; 0 where the system does not tell. */
  long residentMb() throws IOException {
    return status("VmRSS:") >> 10;
  }

  /** Its threads; 0 where the system does not tell. */
  long threads() throws IOException {
    return status("Threads:");
  }

  /** Files that it has open, sockets among them; 0 where the system does not tell. */
  long openFiles() throws IOException {
    Path folder = Path.of("/proc", Long.toString(process.pid()), "fd");
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  private long status(String line) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(each -> each.startsWith(line))
        .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** What it wrote. */
  String log() throws IOException {
    return Files.readString(out, UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
