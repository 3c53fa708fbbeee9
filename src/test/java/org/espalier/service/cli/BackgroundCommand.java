package org.espalier.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that goes on while the test does something else; closing it kills what is left. */
final class BackgroundCommand implements AutoCloseable {

  private static final long PATIENCE_MS = 240_000;
  private static final long LOOK_EVERY_MS = 50;

  private final Process process;
  private final Path out;
  private final Path err;

  private BackgroundCommand(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static BackgroundCommand start(Shell shell, String... command) throws IOException {
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    return new BackgroundCommand(shell.start(out, err, command), out, err);
  }

  /** Waits until the process has said something on stderr; one that ends before is an error. */
  void awaitLine(String words) throws IOException, InterruptedException {
    long giveUpMs = System.currentTimeMillis() + PATIENCE_MS;
    while (!Files.readString(err).contains(words)) {
      boolean ended = process.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
      if (ended || System.currentTimeMillis() > giveUpMs) {
        throw new AssertionError(
            "never said '%s' but:%n%s%s".formatted(words, output(), Files.readString(err)));
      }
    }
  }

  /** What it has printed on stdout so far. */
  String output() throws IOException {
    return Files.readString(out);
  }

  /** What it has said on stderr so far. */
  String errors() throws IOException {
    return Files.readString(err);
  }

  /** Sends SIGTERM and returns the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("SIGTERM did not end it");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(out);
    Files.delete(err);
  }
}
