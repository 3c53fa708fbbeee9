package org.espalier.service.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Commands that only show something. */
final class AdminReadCommands {

  private AdminReadCommands() {}

  static String encode(String value) {
    return URLEncoder.encode(value, UTF_8);
  }

  @Command(
      name = "backups",
      description = {"Lists the backups, oldest first.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin backups")
  static final class Backups extends AdminAction {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get("/v1/admin/backups");
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.backups(answer);
    }
  }

  @Command(
      name = "audit",
      description = {"Lists the changes that were asked for, newest first, refused ones too.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin audit --limit 50")
  static final class Audit extends AdminAction {
    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    JsonNode ask(AdminApi api) {
      return api.get("/v1/admin/audit?limit=" + limit);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.audit(answer);
    }
  }

  @Command(
      name = "stats",
      description = {"Shows how much there is and how the service is doing.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin stats --json")
  static final class Stats extends AdminAction {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get("/v1/admin/stats");
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.stats(answer);
    }
  }
}
