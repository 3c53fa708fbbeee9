package org.espalier.service.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Prints the version that the build wrote into the jar. */
public final class CommandVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "espalier " + espalier(), "Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }

  /** The version of this build. */
  static String espalier() {
    try (InputStream in = CommandVersion.class.getResourceAsStream("version.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
