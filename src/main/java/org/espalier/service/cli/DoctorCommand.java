package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.service.upkeep.Doctor;
import org.espalier.service.upkeep.Finding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at everything that the service needs. */
@Command(
    name = "doctor",
    description = {
      "Looks at the JDK and its flags, memory, disk, open files, permissions, the store, backups, the database and the"
          + " broker, with the settings that serve would have, and says what to do.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the service can run; there may be warnings", "1:it cannot", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier doctor",
      "  ./espalier doctor --data-dir /var/lib/espalier --deep --json"
    })
final class DoctorCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The service's data folder (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--deep",
      description = "Read the store from end to end, which takes as long as the disk does.")
  private boolean deep;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the service, as -Despalier.kafka.enabled=true.")
  private Map<String, String> others = new LinkedHashMap<>();

  @Mixin private @Nullable JsonResult result;

  @Override
  public Integer call() {
    Map<String, String> settings = new LinkedHashMap<>(others);
    if (dataDir != null) {
      settings.put("espalier.data-dir", dataDir.toString());
    }
    List<Finding> found =
        Doctor.examine(
            deep,
            settings.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new));
    Finding.Status worst =
        found.stream().map(Finding::status).max(Finding.Status::compareTo).orElseThrow();
    Objects.requireNonNull(result).print(fields(worst, found), text(found));
    return worst == Finding.Status.FAILED ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private static Map<String, Object> fields(Finding.Status worst, List<Finding> found) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("status", name(worst));
    fields.put(
        "checks",
        found.stream()
            .map(finding -> {
              Map<String, String> check = new LinkedHashMap<>();
              check.put("check", finding.check());
              check.put("status", name(finding.status()));
              check.put("found", finding.found());
              check.put("advice", finding.advice());
              return check;
            })
            .toList());
    return fields;
  }

  private static String text(List<Finding> found) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : found) {
      text.append(
          "%-8s %-17s %s%n".formatted(name(finding.status()), finding.check(), finding.found()));
      if (!finding.advice().isEmpty()) {
        text.append("%26s -> %s%n".formatted("", finding.advice()));
      }
    }
    return text.toString();
  }

  private static String name(Finding.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }
}
