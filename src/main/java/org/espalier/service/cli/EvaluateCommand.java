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
    subcommands = {
      EvaluateRetrievalCommand.class,
      EvaluateCtrCommand.class,
      EvaluateSweepCommand.class,
      EvaluateWarmStartCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier evaluate retrieval --data ml-100k --model mf --loss als",
      "  ./espalier evaluate ctr --data ml-100k-ctr --method pme --keep 0.1",
      "  ./espalier evaluate sweep --data ml-100k-ctr --seeds 1,2,3 --out sweep"
    })
final class EvaluateCommand extends CommandGroup {}
