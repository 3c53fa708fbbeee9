package org.espalier.service.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StartPlanTest {

  @Test
  void the_plan_fits_a_service_with_the_settings_that_most_have() {
    assertThat(
            fits(
                Map.of(
                    "server.port", "0",
                    "espalier.data-dir", "data",
                    "espalier.ranking.limit-max", "10",
                    "logging.threshold.console", "warn"),
                Map.of(
                    "SERVER_ADDRESS",
                    "0.0.0.0",
                    "ESPALIER_BACKUPS_FOLDER",
                    "backups",
                    "SPRING_DATASOURCE_URL",
                    "jdbc:postgresql://database/espalier",
                    "SPRING_DATASOURCE_PASSWORD",
                    "secret",
                    "SPRING_CONFIG_ADDITIONAL_LOCATION",
                    "optional:file:/etc/espalier/",
                    "PATH",
                    "/bin")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spring.datasource.type",
        "spring.profiles.active",
        "spring.main.lazy-initialization",
        "management.server.port",
        "management.endpoints.web.exposure.include[0]",
        "management.opentelemetry.tracing.export.otlp.endpoint",
        "server.ssl.bundle",
        "springdoc.api-docs.enabled",
        "espalier.kafka.enabled"
      })
  void it_does_not_fit_where_a_condition_may_find_something_else(String setting) {
    assertThat(fits(Map.of(setting, "x"), Map.of())).isFalse();
    String variable =
        setting.replace("[0]", "").replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    assertThat(fits(Map.of(), Map.of(variable, "x"))).as(variable).isFalse();
  }

  @Test
  void the_defaults_that_come_with_the_classes_are_what_the_plan_was_made_of() {
    StandardEnvironment environment = environment(Map.of(), Map.of());
    String defaults =
        "Config resource 'class path resource [application.yml]' via location 'optional:classpath:/'";
    environment
        .getPropertySources()
        .addLast(new MapPropertySource(defaults, Map.of("spring.threads.virtual.enabled", "true")));
    assertThat(StartPlan.fits(environment)).isTrue();

    String users = "Config resource 'file [application.yml]' via location 'optional:file:./'";
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource(users, Map.of("spring.threads.virtual.enabled", "true")));
    assertThat(StartPlan.fits(environment)).isFalse();
  }

  @Test
  void every_condition_of_ours_asks_for_a_setting_that_the_plan_watches() {
    List<String> asked =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.espalier.service")
                .stream()
                .flatMap(StartPlanTest::asked)
                .toList();
    assertThat(asked).hasSizeGreaterThan(3).contains("espalier.kafka.enabled");
    assertThat(asked).allSatisfy(name -> assertThat(fits(Map.of(name, "x"), Map.of())).isFalse());
  }

  private static Stream<String> asked(JavaClass type) {
    return Stream.concat(Stream.of(type), type.getMethods().stream())
        .flatMap(element -> element.tryGetAnnotationOfType(ConditionalOnProperty.class).stream())
        .flatMap(condition ->
            Stream.of(condition.value(), condition.name())
                .flatMap(Stream::of)
                .map(
                    name -> condition.prefix().isEmpty() ? name : condition.prefix() + "." + name));
  }

  private static boolean fits(Map<String, Object> arguments, Map<String, Object> variables) {
    return StartPlan.fits(environment(arguments, variables));
  }

  private static StandardEnvironment environment(
      Map<String, Object> arguments, Map<String, Object> variables) {
    StandardEnvironment environment = new StandardEnvironment();
    String systems = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
    environment
        .getPropertySources()
        .replace(
            systems, new SystemEnvironmentPropertySource(systems, new LinkedHashMap<>(variables)));
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("commandLineArgs", new LinkedHashMap<>(arguments)));
    ConfigurationPropertySources.attach(environment);
    return environment;
  }
}
