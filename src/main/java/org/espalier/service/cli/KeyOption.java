package org.espalier.service.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The API key with which a command asks a service. */
public final class KeyOption {

  @Option(
      names = "--key",
      paramLabel = "KEY",
      defaultValue = "${env:ESPALIER_API_KEY}",
      description =
          "The API key, best in the environment variable ESPALIER_API_KEY: arguments are seen by whoever lists"
              + " processes (default: none).",
      showDefaultValue = Visibility.NEVER)
  private @Nullable String key;

  /** Null for none. */
  public @Nullable String text() {
    return key == null || key.isBlank() ? null : key.strip();
  }
}
