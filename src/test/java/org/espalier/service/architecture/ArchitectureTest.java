package org.espalier.service.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ArchitectureTest {

  private static final Map<String, ArchRule> RULES = ArchitectureRules.all();
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar")) // shared test helpers
          .importPackages("org.espalier");

  private static final String CONTROLLERS = "controllers are their package's own";

  /** For each rule a class that breaks it: the package that uses, and what it uses. */
  static final List<Planted> VIOLATIONS =
      List.of(
          planted("embeddings uses no other module", "embeddings.kernel", "learning.data.X"),
          planted("learning uses embeddings only", "learning.mf", "search.model.X"),
          planted("search does not know kgat", "search.job", "kgat.model.X"),
          planted("kgat does not know search", "kgat.model", "search.model.X"),
          planted("the service does not know bench", "service.cli", "bench.X"),
          planted("embeddings.kernel uses nothing", "embeddings.kernel", "embeddings.table.X"),
          planted("embeddings.table uses kernels", "embeddings.table", "embeddings.store.X"),
          planted(
              "embeddings.arena uses tables and kernels", "embeddings.arena", "embeddings.store.X"),
          planted("embeddings.store uses tables", "embeddings.store", "embeddings.arena.X"),
          planted(
              "embeddings.fit uses arenas, tables and kernels",
              "embeddings.fit",
              "embeddings.store.X"),
          planted(
              "embeddings.exchange uses stores and tables",
              "embeddings.exchange",
              "embeddings.fit.X"),
          planted("learning.data uses nothing", "learning.data", "embeddings.kernel.X"),
          planted("learning.kernel uses kernels", "learning.kernel", "learning.data.X"),
          planted("learning.train uses data and kernels", "learning.train", "learning.mf.X"),
          planted("learning.metric uses data and kernels", "learning.metric", "learning.mf.X"),
          planted("search.model is below sizes and jobs", "search.model", "search.size.X"),
          planted("search.size is below jobs", "search.size", "search.job.X"),
          planted("kgat.graph is below models", "kgat.graph", "kgat.model.X"),
          planted("kgat.model is below refresh", "kgat.model", "kgat.refresh.X"),
          new Planted("only the store knows RocksDB", "service.ingest", "org.rocksdb.RocksDB"),
          new Planted(
              "only kernels know the Vector API",
              "embeddings.arena",
              "jdk.incubator.vector.FloatVector"),
          new Planted(
              "libraries know no Spring, servlet or Kafka",
              "learning.train",
              "org.springframework.stereotype.Component"),
          planted("features do not know each other", "service.ranking", "service.ingest.X"),
          planted("the frame knows no feature", "service.platform", "service.ranking.X"),
          planted("the control plane knows no feature", "service.jobs", "service.training.X"),
          planted("wire knows no platform", "service.wire", "service.platform.X"),
          planted("decoders know the frame only", "service.decode", "service.ingest.X"),
          new Planted(
              "nobody asks for what UnusedParts leaves out",
              "service.jobs",
              "org.springframework.transaction.annotation.Transactional"));

  private static Planted planted(String rule, String user, String used) {
    return new Planted(rule, user, "org.espalier." + used);
  }

  static Set<String> rules() {
    return RULES.keySet();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_code_keeps_the_rule(String name) {
    rule(name).check(CODE);
  }

  @ParameterizedTest
  @FieldSource("VIOLATIONS")
  void a_planted_violation_breaks_the_rule(Planted violation, @TempDir Path folder)
      throws IOException {
    assertThat(
            rule(violation.rule())
                .evaluate(violation.compile(folder))
                .getFailureReport()
                .getDetails())
        .isNotEmpty()
        .allMatch(detail -> detail.contains("Plant"));
  }

  @Test
  void a_public_controller_breaks_the_rule(@TempDir Path folder) throws IOException {
    JavaClasses plant =
        Planted.annotated(folder, "org.springframework.web.bind.annotation.RestController");
    assertThat(rule(CONTROLLERS).evaluate(plant).hasViolation()).isTrue();
  }

  @Test
  void each_rule_has_its_violation() {
    assertThat(VIOLATIONS).extracting(Planted::rule).doesNotHaveDuplicates();
    assertThat(VIOLATIONS.size() + 1).isEqualTo(RULES.size());
  }

  @Test
  void all_modules_are_looked_at() {
    Set<String> modules =
        CODE.stream()
            .map(type -> type.getPackageName().split("\\.", -1))
            .filter(path -> path.length > 2)
            .map(path -> path[2])
            .collect(Collectors.toSet());
    assertThat(modules).contains("embeddings", "learning", "search", "kgat", "service");
  }

  private static ArchRule rule(String name) {
    return Objects.requireNonNull(RULES.get(name), name);
  }
}
