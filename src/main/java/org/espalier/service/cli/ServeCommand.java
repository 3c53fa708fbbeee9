package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Runs the service until the process is told to stop. */
@Command(
    name = "serve",
    description = {
      "Runs the service on a data folder, which is made when there is none, until Ctrl-C.",
      "Settings that are not given here come from the environment (ESPALIER_DATA_DIR, SERVER_PORT), from application.yml"
          + " in the working directory, or are the defaults.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier serve",
      "  ./espalier serve --data-dir /var/lib/espalier --port 9090",
      "  ./espalier serve -Despalier.limits.elements=500",
      "  ESPALIER_JAVA_OPTS=-Xmx4g ./espalier serve"
    })
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where everything is kept (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--port",
      description = "The port to listen on; 0 takes a free one (default: 8080).")
  private @Nullable Integer port;

  @Option(
      names = "--management-port",
      description =
          "A port of its own for /v1/admin and /actuator, which --port then does not answer (default: none).")
  private @Nullable Integer managementPort;

  @Option(
      names = "--address",
      description =
          "The address to listen on (default: 127.0.0.1; others need an API key: ./espalier keys).")
  private @Nullable String address;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any other setting, as -Despalier.limits.elements=500.")
  private Map<String, String> others = new LinkedHashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    try (RunningService service = RunningService.start(settings())) {
      Console.ofProcess()
          .say(
              "espalier: serving %s from %s; Ctrl-C stops it"
                  .formatted(service.url(), service.setting("espalier.data-dir")));
      service.untilStopped();
    }
    return ExitCode.OK;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>(others);
    put(settings, "espalier.data-dir", dataDir);
    put(settings, "server.port", port);
    put(settings, "server.address", address);
    put(settings, "management.server.port", managementPort);
    return settings;
  }

  private static void put(Map<String, String> settings, String key, @Nullable Object value) {
    if (value != null) {
      settings.put(key, value.toString());
    }
  }
}
