package org.espalier.service.cli;

import picocli.CommandLine.Command;

/** What an administrator does with a running service. */
@Command(
    name = "admin",
    description = {
      "Asks a running service: its jobs, its generations, backups, the audit log.",
      "It is looked for at --url, or at the address in the environment variable ESPALIER_URL.",
      "Its API key comes from --key or the environment variable ESPALIER_API_KEY.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      AdminJobCommands.Jobs.class,
      AdminJobCommands.Job.class,
      AdminJobCommands.Watch.class,
      AdminJobCommands.Cancel.class,
      AdminJobCommands.Rerun.class,
      AdminJobCommands.Train.class,
      AdminPruneCommand.class,
      AdminJobCommands.Propagate.class,
      AdminJobCommands.Backup.class,
      AdminJobCommands.CleanUp.class,
      AdminJobCommands.Trim.class,
      AdminStartCommand.class,
      AdminGenerationCommands.Generations.class,
      AdminGenerationCommands.Generation.class,
      AdminGenerationCommands.Activate.class,
      AdminGenerationCommands.Pin.class,
      AdminGenerationCommands.Unpin.class,
      AdminGenerationCommands.Delete.class,
      AdminGenerationCommands.Compare.class,
      AdminReadCommands.Backups.class,
      AdminReadCommands.Audit.class,
      AdminReadCommands.Stats.class,
      AdminKeyCommands.Keys.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:refused, or the job came to nothing", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier admin train --wait                train on the log, and show how far it is",
      "  ./espalier admin generations                 what there is, and what answers",
      "  ./espalier admin activate 3                  let generation 3 answer",
      "  ./espalier admin jobs --json                 the same for machines"
    })
final class AdminCommand extends CommandGroup {}
