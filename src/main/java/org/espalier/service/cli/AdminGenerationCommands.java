package org.espalier.service.cli;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Commands about generations. */
final class AdminGenerationCommands {

  private static final String GENERATIONS = "/v1/admin/generations";

  private AdminGenerationCommands() {}

  @Command(
      name = "generations",
      description = {"Lists generations, newest first.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin generations --json")
  static final class Generations extends AdminAction {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get(GENERATIONS);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.generations(answer);
    }
  }

  /** A command about one generation. */
  abstract static class OneGeneration extends AdminAction {
    @Parameters(paramLabel = "GENERATION", description = "The generation's number.")
    private int number;

    String path() {
      return GENERATIONS + "/" + number;
    }

    int number() {
      return number;
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.generation(answer);
    }
  }

  @Command(
      name = "generation",
      description = {"Shows a generation.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin generation 3")
  static final class Generation extends OneGeneration {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get(path());
    }
  }

  @Command(
      name = "activate",
      description = {
        "Lets a generation answer, or rolls back to it.",
        "It is refused when another generation was activated since this command looked, or since --expected was seen.",
        ""
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  ./espalier admin activate 3", "  ./espalier admin activate 3 --expected 2"})
  static final class Activate extends OneGeneration {
    @Option(
        names = "--expected",
        paramLabel = "GENERATION",
        description = "The generation that answers now (default: whichever does).")
    private @Nullable Integer expected;

    @Override
    JsonNode ask(AdminApi api) {
      Map<String, @Nullable Object> request = new HashMap<>();
      request.put("expected_current", expected == null ? active(api) : expected);
      return api.post(path() + ":activate", request);
    }

    private static @Nullable Integer active(AdminApi api) {
      JsonNode active = api.get("/v1/admin/stats").get("active_generation");
      return active.isNull() ? null : Integer.valueOf(active.asInt());
    }
  }

  @Command(
      name = "pin",
      description = {"Keeps a generation from being deleted.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin pin 3 --reason 'the one before the redesign'")
  static final class Pin extends OneGeneration {
    @Option(names = "--reason", defaultValue = "", description = "Why, for whoever wonders.")
    private String reason = "";

    @Override
    JsonNode ask(AdminApi api) {
      return api.put(path() + ":pin", Map.of("pinned", true, "reason", reason));
    }
  }

  @Command(
      name = "unpin",
      description = {"Lets a generation be deleted again.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin unpin 3")
  static final class Unpin extends OneGeneration {
    @Override
    JsonNode ask(AdminApi api) {
      return api.put(path() + ":pin", Map.of("pinned", false));
    }
  }

  @Command(
      name = "delete",
      description = {"Deletes a generation that is neither active nor pinned.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin delete 3")
  static final class Delete extends OneGeneration {
    @Override
    JsonNode ask(AdminApi api) {
      JsonNode deleted = api.get(path());
      api.delete(path());
      return deleted;
    }

    @Override
    String show(JsonNode answer) {
      return "Deleted generation %d.%n".formatted(number());
    }
  }

  @Command(
      name = "compare",
      description = {
        "Compares two generations: metrics, bytes, and how alike their rankings are.",
        ""
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin compare 2 3 --k 20 --users 500")
  static final class Compare extends AdminAction {
    @Parameters(index = "0", paramLabel = "A", description = "The first generation's number.")
    private int first;

    @Parameters(index = "1", paramLabel = "B", description = "The second generation's number.")
    private int second;

    @Option(
        names = "--k",
        defaultValue = "20",
        description = "Length of the rankings that are compared (default: ${DEFAULT-VALUE}).")
    private int k;

    @Option(
        names = "--users",
        defaultValue = "200",
        description = "Users whose rankings are compared (default: ${DEFAULT-VALUE}).")
    private int users;

    @Override
    JsonNode ask(AdminApi api) {
      return api.get(
          "%s:compare?a=%d&b=%d&k=%d&users=%d".formatted(GENERATIONS, first, second, k, users));
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.comparison(answer);
    }
  }
}
