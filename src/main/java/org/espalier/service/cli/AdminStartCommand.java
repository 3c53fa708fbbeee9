package org.espalier.service.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Starts a job of any kind, by its route. */
@Command(
    name = "start",
    description = {
      "Starts a job of any kind with the request that its route takes; for schedules outside the service.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier admin start backups --wait",
      "  ./espalier admin start pruning-jobs --request '{\"target\":{\"keep\":0.1}}' --wait --json"
    })
final class AdminStartCommand extends AdminAction {

  @Parameters(
      paramLabel = "ROUTE",
      description = "What stands after /v1/admin/: trainings, pruning-jobs, backups, cleanups …")
  private String route = "";

  @Option(
      names = "--request",
      paramLabel = "JSON",
      defaultValue = "{}",
      description = "The job's request (default: ${DEFAULT-VALUE}).")
  private String request = "{}";

  @Option(names = "--wait", description = "Show how far it is until it ends.")
  private boolean wait;

  @Override
  JsonNode ask(AdminApi api) {
    if (!route.matches("[a-z-]{1,40}")) {
      throw wrong("ROUTE must be lower case letters and hyphens, as pruning-jobs");
    }
    return job(api, "/v1/admin/" + route, body(), wait);
  }

  private JsonNode body() {
    @Nullable JsonNode body;
    try {
      body = JsonMapper.shared().readTree(request);
    } catch (JacksonException e) {
      throw wrong("--request is no JSON: " + e.getOriginalMessage());
    }
    if (body == null || !body.isObject()) {
      throw wrong("--request must be a JSON object");
    }
    return body;
  }

  @Override
  String show(JsonNode job) {
    return AdminShow.job(job);
  }

  @Override
  int exitCode(JsonNode job) {
    return wait ? AdminJobCommands.codeOf(job) : 0;
  }
}
