package org.espalier.service.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The real plan of this build. It is not on the class path of tests that run before there is one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StartPlanIT {

  /** Says what is so already, and might have said something else. */
  private static final String UNPLANNED = "--spring.threads.virtual.enabled=true";

  /** What reads configuration, or stands for what read it. */
  private static final Set<String> READERS =
      Set.of(
          "data-jdbc.repository-aot-processor#0",
          "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory",
          "org.springframework.context.annotation.internalAutowiredAnnotationProcessor",
          "org.springframework.context.annotation.internalCommonAnnotationProcessor",
          "org.springframework.context.annotation.internalConfigurationAnnotationProcessor",
          "org.springframework.context.annotation.internalImportAwareAotProcessor",
          "resourceProviderCustomizer"); // Flyway's, which finds the same migrations either way

  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--espalier.ranking.limit-max=10",
        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/x"
      })
  void a_service_has_the_same_beans_with_the_plan_and_without(String setting) {
    start().close(); // a store that is there opens early
    Map<String, String> planned;
    Map<String, String> unplanned;
    try (ConfigurableApplicationContext service = start(setting)) {
      assertThat(service).isNotInstanceOf(AnnotationConfigServletWebServerApplicationContext.class);
      planned = beans(service);
    }
    try (ConfigurableApplicationContext service = start(setting, UNPLANNED)) {
      assertThat(service).isInstanceOf(AnnotationConfigServletWebServerApplicationContext.class);
      unplanned = beans(service);
    }
    assertThat(planned).hasSizeGreaterThan(300).isEqualTo(unplanned);
  }

  private ConfigurableApplicationContext start(String... settings) {
    String[] arguments = {
      "--espalier.data-dir=" + data, "--server.port=0", "--espalier.ranking.warm-up=0ms"
    };
    return EspalierApplication.run(
        Stream.concat(Stream.of(arguments), Stream.of(settings)).toArray(String[]::new));
  }

  /** Their classes by their names. */
  private static Map<String, String> beans(ConfigurableApplicationContext service) {
    Map<String, String> classes = new TreeMap<>();
    for (String name : service.getBeanDefinitionNames()) {
      classes.put(name, String.valueOf(service.getType(name)));
    }
    classes.keySet().removeAll(READERS);
    return classes;
  }
}
