package org.espalier.service.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** One of the commands under {@code admin}: it asks a running service and shows the answer. */
abstract class AdminAction implements Callable<Integer> {

  @Option(
      names = "--url",
      defaultValue = "${env:ESPALIER_URL:-http://127.0.0.1:8080}",
      description =
          "Where the service answers, at its management port if it has one (default: ${DEFAULT-VALUE}).")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Mixin private KeyOption key = new KeyOption();

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  /** Asks the service; what is returned is shown. */
  abstract JsonNode ask(AdminApi api);

  /** What a person wants to see of the answer. */
  abstract String show(JsonNode answer);

  @Override
  public Integer call() {
    if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
      throw wrong("--url must be as http://127.0.0.1:8080");
    }
    try (AdminApi api = new AdminApi(url, key.text())) {
      JsonNode answer = ask(api);
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      out.print(json ? answer + "\n" : show(answer));
      out.flush();
      return exitCode(answer);
    }
  }

  /** 1 when what was asked for came to nothing. */
  int exitCode(JsonNode answer) {
    return ExitCode.OK;
  }

  /** Wrong usage. */
  ParameterException wrong(String words) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), words);
  }

  /** Queues a job, and waits for its end when that is wanted. */
  static JsonNode job(AdminApi api, String path, Object body, boolean wait) {
    long id = api.post(path, body).get("job_id").asLong();
    return wait
        ? new JobFollower(api, Console.ofProcess()).follow(id)
        : api.get("/v1/admin/jobs/" + id);
  }
}
