package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.service.access.KeyFolder;
import org.espalier.service.access.Keys;
import org.espalier.service.console.CommandException;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API keys of a service that is stopped: how the first one is made before a service listens to others. */
@Command(
    name = "keys",
    description = {
      "Makes, lists and revokes the API keys of a stopped service; ./espalier admin keys does the same on a running one.",
      "Once there is a key, every request needs one.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {KeysCommand.Create.class, KeysCommand.ListAll.class, KeysCommand.Revoke.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier keys create ops --scopes admin --data-dir /var/lib/espalier",
      "  ./espalier keys list",
      "  ./espalier keys revoke 5f0c1d2e3a4b"
    })
final class KeysCommand extends CommandGroup {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Something done with the keys of a data folder. */
  abstract static class OnFolder implements Callable<Integer> {

    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "The service's data folder (default: espalier-data).")
    private @Nullable Path dataDir;

    @Option(
        names = "-D",
        paramLabel = "KEY=VALUE",
        description = "Any setting of the service, as -Dspring.datasource.url=jdbc:postgresql://….")
    private Map<String, String> others = new LinkedHashMap<>();

    @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    abstract Object ask(Keys keys);

    abstract String show(JsonNode answer);

    @Override
    public Integer call() {
      Map<String, String> settings = new LinkedHashMap<>(others);
      settings.put("logging.threshold.console", "warn");
      if (dataDir != null) {
        settings.put("espalier.data-dir", dataDir.toString());
      }
      try (KeyFolder folder = KeyFolder.open(settings)) {
        JsonNode answer = JSON.valueToTree(ask(folder.keys()));
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.print(json ? answer + "\n" : show(answer));
        out.flush();
        return ExitCode.OK;
      } catch (ProblemException e) {
        throw new CommandException(e.detail());
      }
    }
  }

  @Command(
      name = "create",
      description = {"Makes a key and shows it, this once.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier keys create ops --scopes admin --data-dir /var/lib/espalier")
  static final class Create extends OnFolder {
    @Mixin private NewKeyOptions wanted = new NewKeyOptions();

    @Override
    Object ask(Keys keys) {
      Instant expiry = wanted.expiry();
      return keys.create(
          new Keys.Wanted(
              wanted.name(),
              EnumSet.copyOf(wanted.scopes()),
              expiry == null ? null : expiry.toEpochMilli(),
              wanted.rate()));
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.keyCreated(answer);
    }
  }

  @Command(
      name = "list",
      description = {"Lists the keys, oldest first, with revoked and expired ones.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier keys list --json")
  static final class ListAll extends OnFolder {
    @Override
    Object ask(Keys keys) {
      return Map.of("items", keys.list());
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.keys(answer);
    }
  }

  @Command(
      name = "revoke",
      description = {"Takes a key away for good.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier keys revoke 5f0c1d2e3a4b")
  static final class Revoke extends OnFolder {
    @Parameters(index = "0", paramLabel = "ID", description = "The key's id, from the list.")
    private String id = "";

    @Override
    Object ask(Keys keys) {
      return keys.revoke(id);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.keyRevoked(answer);
    }
  }
}
