package org.espalier.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Starts processes as a person at a terminal would, and keeps what they said. */
final class Shell {

  private static final long PATIENCE_SECONDS = 180;

  private final Path folder;
  private final Map<String, String> environment;

  /** Commands run in the folder with this process's environment. */
  Shell(Path folder) {
    this(folder, new HashMap<>(System.getenv()));
  }

  private Shell(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** The checkout's root: the folder above the working directory that holds the launcher. */
  static Path checkout() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(at.resolve("espalier"))) {
      at = at.getParent();
      if (at == null) {
        throw new IllegalStateException("no folder above the working directory has the launcher");
      }
    }
    return at;
  }

  /** The same with one variable set. */
  Shell with(String name, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(name, value);
    return new Shell(folder, changed);
  }

  /** The value of a variable that is certain to be set. */
  String variable(String name) {
    return Objects.requireNonNull(environment.get(name), name);
  }

  /** The same with only the named variables left. */
  Shell withOnly(String... names) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.keySet().retainAll(List.of(names));
    return new Shell(folder, changed);
  }

  /** Runs to the end; a process that does not end is killed and is an error. */
  Outcome run(String... command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    try {
      Process process = start(out, err, command);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new IllegalStateException(
            Arrays.toString(command) + " did not end; it said " + Files.readString(err));
      }
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Starts a process whose output goes to the files. */
  Process start(Path out, Path err, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /**
   * How a process ended.
   *
   * @param code its exit code
   * @param out all of its standard output
   * @param err all of its standard error
   */
  record Outcome(int code, String out, String err) {}
}
