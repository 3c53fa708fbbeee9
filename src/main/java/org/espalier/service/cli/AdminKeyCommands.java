package org.espalier.service.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.espalier.service.wire.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** The API keys of a running service. */
final class AdminKeyCommands {

  private static final String KEYS = "/v1/admin/keys";

  private AdminKeyCommands() {}

  @Command(
      name = "keys",
      description = {"Makes, lists and revokes the API keys of a running service.", ""},
      synopsisSubcommandLabel = "COMMAND",
      mixinStandardHelpOptions = true,
      subcommands = {Create.class, ListAll.class, Revoke.class},
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./espalier admin keys create ops --scopes admin       from then on every request needs a key",
        "  ./espalier admin keys create shop --scopes read,write --expires 365d --rate 200",
        "  ./espalier admin keys revoke 5f0c1d2e3a4b"
      })
  static final class Keys extends CommandGroup {}

  @Command(
      name = "create",
      description = {"Makes a key and shows it, this once.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin keys create shop --scopes read,write --expires 365d")
  static final class Create extends AdminAction {
    @Mixin private NewKeyOptions wanted = new NewKeyOptions();

    @Override
    JsonNode ask(AdminApi api) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", wanted.name());
      body.put("scopes", wanted.scopes().stream().map(Scope::text).toList());
      Instant expiry = wanted.expiry();
      if (expiry != null) {
        body.put("expires_at", expiry.toString());
      }
      Integer rate = wanted.rate();
      if (rate != null) {
        body.put("requests_per_s", rate);
      }
      return api.post(KEYS, body);
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
      footer = "  ./espalier admin keys list --json")
  static final class ListAll extends AdminAction {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get(KEYS);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.keys(answer);
    }
  }

  @Command(
      name = "revoke",
      description = {"Takes a key away, at once and for good.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin keys revoke 5f0c1d2e3a4b")
  static final class Revoke extends AdminAction {
    @Parameters(index = "0", paramLabel = "ID", description = "The key's id, from the list.")
    private String id = "";

    @Override
    JsonNode ask(AdminApi api) {
      return api.delete(KEYS + "/" + AdminReadCommands.encode(id));
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.keyRevoked(answer);
    }
  }
}
