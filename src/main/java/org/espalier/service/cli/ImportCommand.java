package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.embeddings.exchange.GenerationImport;
import org.espalier.embeddings.exchange.IdentifiedVectors;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.service.console.CommandException;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.MfGeneration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a generation of files. */
@Command(
    name = "import",
    description = {
      "Makes a new generation of what export wrote, or of vectors made elsewhere as they are.",
      "The service must not be running on the data folder, which is made when there is none.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier import --from vectors --activate",
      "  ./espalier import --items items.npy --ids items.txt --queries users.npy --query-ids users.txt --activate"
    })
final class ImportCommand implements Callable<Integer> {

  private static final String MODEL = "import";

  @Option(
      names = "--data-dir",
      defaultValue = "${env:ESPALIER_DATA_DIR:-espalier-data}",
      paramLabel = "DIR",
      description = "The service's data folder (default: ${DEFAULT-VALUE}).")
  private @Nullable Path dataDir;

  @Option(names = "--from", paramLabel = "DIR", description = "A folder that export made.")
  private @Nullable Path from;

  @Mixin private VectorFiles files = new VectorFiles();

  @Option(names = "--activate", description = "It answers from the next start on.")
  private boolean activate;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if ((from == null) != files.given()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "give either --from or --items");
    }
    try {
      print(from == null ? vectors() : folder(from));
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.OK;
  }

  private int folder(Path exported) {
    try (GenerationImport read = GenerationImport.read(exported);
        Store store = open()) {
      return activated(store, read.into(store, Instant.now(), provenance()));
    }
  }

  private int vectors() {
    try (IdentifiedVectors items = files.openItems();
        IdentifiedVectors users = files.openQueries()) {
      int dim = items.vectors().dim();
      if (users != null && users.vectors().dim() != dim) {
        throw new CommandException(
            "%s has %d dimensions, %s has %d"
                .formatted(
                    users.vectors().name(), users.vectors().dim(), items.vectors().name(), dim));
      }
      if (users != null && users.ids().isEmpty()) {
        throw new CommandException("name the ids of --queries with --query-ids");
      }
      try (Store store = open()) {
        List<MultiSizeTable> tables = new ArrayList<>();
        tables.add(GenerationImport.table(store, MfGeneration.ITEMS, Field.ENTITY.name(), items));
        if (users != null) {
          tables.add(GenerationImport.table(store, MfGeneration.USERS, Field.USER.name(), users));
        }
        ManifestDraft draft =
            new ManifestDraft(Instant.now(), MODEL, dim, Map.of(), Map.of(), provenance());
        return activated(store, GenerationImport.commit(store, tables, draft));
      }
    }
  }

  private Store open() {
    return Store.open(
        EspalierProperties.storeDir(Objects.requireNonNull(dataDir)), StoreOptions.defaults());
  }

  private int activated(Store store, int number) {
    if (activate) {
      store.generations().activate(number, store.generations().active());
    }
    return number;
  }

  private static Provenance provenance() {
    return new Provenance(
        0, 0, 0, CommandVersion.espalier(), FloatKernels.best().name(), List.of());
  }

  private void print(int number) {
    PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
    printer.println(
        json
            ? "{\"generation\":%d,\"active\":%s}".formatted(number, activate)
            : "generation %d is %s".formatted(number, activate ? "active" : "there, not active"));
    printer.flush();
  }
}
