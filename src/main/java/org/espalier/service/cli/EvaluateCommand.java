package org.espalier.service.cli;

import picocli.CommandLine.Command;

/** Measures models on data folders. */
@Command(
    name = "evaluate",
    description = {
      "Trains a model on a data folder with fixed splits and says how good it is.",
      ""
    },
    synopsisSubcommandLabel = "TASK",
    mixinStandardHelpOptions = true,
    subcommands = EvaluateRetrievalCommand.class,
    footerHeading = "%nExamples:%n",
    footer = "  ./espalier evaluate retrieval --data ml-100k --model mf --loss als")
final class EvaluateCommand extends CommandGroup {}
