package org.espalier.bench.torture;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts JVMs with this one's class path and flags. */
final class JavaProcess {

  private JavaProcess() {}

  /**
   * Starts one.
   *
   * @param log takes what it says
   * @param flags of the JVM, beside those that every Espalier process has
   * @param command main class and arguments
   */
  static Process start(Path log, List<String> flags, List<String> command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag ->
            flag.startsWith("--add-exports")
                || flag.startsWith("--enable-native-access")
                || flag.startsWith("--sun-misc"))
        .forEach(line::add);
    // Quick to start, small, and compiled by the first compiler only: nothing here is measured.
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    line.addAll(flags);
    line.add("-cp");
    line.add(System.getProperty("java.class.path"));
    line.addAll(command);
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Sends a signal by its name, as STOP. */
  static void signal(Process process, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
