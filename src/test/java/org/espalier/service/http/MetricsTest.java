package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.espalier.service.platform.EspalierApplication;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The table of metrics in {@code docs/OPERATIONS.md} against what a service exports. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MetricsTest {

  private static final Path TABLE = Path.of("..", "docs", "OPERATIONS.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[a-z_*`, ]+`) \\|");
  private static final Pattern NAME = Pattern.compile("`([a-z_]+[a-z_*])`");
  private static final Pattern EXPORTED = Pattern.compile("(?m)^# TYPE ([a-z_]+) ");

  @TempDir Path data;

  @Test
  void the_table_has_every_metric_and_every_metric_of_the_table_is_exported() throws Exception {
    try (ConfigurableApplicationContext context =
        EspalierApplication.run(
            "--server.port=0",
            "--espalier.data-dir=" + data,
            "--espalier.ranking.warm-up=0ms",
            "--espalier.kafka.enabled=true", // for its metrics; no broker is there
            "--spring.kafka.bootstrap-servers=127.0.0.1:9")) {
      RunningHttp service =
          new RunningHttp(
              Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
      service.get("/v1/recommend/u").assertStatus(200);
      Set<String> exported = new TreeSet<>();
      EXPORTED
          .matcher(service.get("/actuator/prometheus").assertStatus(200).body())
          .results()
          .map(found -> found.group(1))
          .forEach(exported::add);
      exported.removeIf(
          name -> // beside its timer's own
          name.endsWith("_max") && exported.contains(name.substring(0, name.length() - 4)));
      Set<String> documented = documented();
      List<Pattern> known = documented.stream().map(MetricsTest::pattern).toList();
      assertThat(exported)
          .as("exported and not in the table")
          .allMatch(name -> known.stream().anyMatch(each -> each.matcher(name).matches()));
      for (String name : documented) {
        assertThat(exported)
            .as("in the table and not exported: " + name)
            .anyMatch(each -> pattern(name).matcher(each).matches());
      }
    }
  }

  private static Set<String> documented() throws IOException {
    Set<String> names =
        ROW.matcher(Files.readString(TABLE))
            .results()
            .flatMap(row -> NAME.matcher(row.group(1)).results())
            .map((MatchResult name) -> name.group(1))
            .filter(name -> name.contains("_"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(names).hasSizeGreaterThan(20);
    return names;
  }

  private static Pattern pattern(String name) {
    return Pattern.compile(name.replace("*", ".*"));
  }
}
