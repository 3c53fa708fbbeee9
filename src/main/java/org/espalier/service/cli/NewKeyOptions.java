package org.espalier.service.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What is said of a key that is to be made. */
final class NewKeyOptions {

  @Parameters(index = "0", paramLabel = "NAME", description = "What the key is for, for people.")
  private String name = "";

  @Option(
      names = "--scopes",
      required = true,
      split = ",",
      paramLabel = "SCOPE",
      description =
          "One or more of read, write, admin, joined by commas; admin includes the others.")
  private List<Scope> scopes = new ArrayList<>();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long it is good, as 90d or 12h (default: for ever).")
  private @Nullable String expires;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second that it may make (default: espalier.access.requests-per-s).")
  private @Nullable Integer rate;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec spec;

  String name() {
    return name;
  }

  List<Scope> scopes() {
    return scopes;
  }

  @Nullable Integer rate() {
    return rate;
  }

  /** When it ends; null for never. */
  @Nullable Instant expiry() {
    if (expires == null) {
      return null;
    }
    try {
      Duration life = DurationStyle.SIMPLE.parse(expires);
      return Instant.now().plus(life).truncatedTo(ChronoUnit.MILLIS);
    } catch (RuntimeException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--expires takes a number and d, h, m or s, as 90d",
          e);
    }
  }
}
