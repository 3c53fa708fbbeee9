package org.espalier.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ComposeTest {

  private Map<String, Map<String, Object>> services = Map.of();
  private Map<String, Object> file = Map.of();

  @BeforeEach
  @SuppressWarnings("unchecked") // the test fails where it is not so
  void read() throws IOException {
    file = new Yaml().load(Files.readString(Path.of("compose.yaml")));
    services = Objects.requireNonNull((Map<String, Map<String, Object>>) file.get("services"));
  }

  @Test
  void the_default_is_the_service_alone() {
    assertThat(
            services.entrySet().stream().filter(entry -> !entry.getValue().containsKey("profiles")))
        .extracting(Map.Entry::getKey)
        .containsExactly("espalier");
    assertThat(services).containsKeys("espalier-full", "kafka", "postgres");
  }

  @Test
  void the_service_is_hardened_and_listens_on_this_machine_alone() {
    for (String name : List.of("espalier", "espalier-full")) {
      assertThat(services.get(name))
          .containsEntry("read_only", true)
          .containsEntry("cap_drop", List.of("ALL"))
          .containsEntry("security_opt", List.of("no-new-privileges:true"))
          .containsKeys("mem_limit", "tmpfs");
      assertThat((List<?>) of(name, "ports"))
          .allSatisfy(port -> assertThat(port.toString()).startsWith("127.0.0.1:"));
    }
  }

  @Test
  void every_volume_is_declared_every_image_has_a_version_and_no_secret_a_value() {
    services.forEach((name, service) -> {
      for (Object volume : (List<?>) of(name, "volumes")) {
        assertThat(Objects.requireNonNull(file.get("volumes")).toString())
            .contains(volume.toString().split(":", -1)[0] + "=");
      }
      if (!service.containsKey("build")) {
        assertThat(of(name, "image").toString()).matches("[^:]+:\\d[\\d.]*");
      }
      ((Map<?, ?>) of(name, "environment"))
          .forEach((key, value) -> {
            if (key.toString().matches(".*(PASSWORD|KEY)")) {
              assertThat(value.toString()).startsWith("${");
            }
          });
    });
  }

  private Object of(String service, String key) {
    Map<String, Object> fields = services.get(service);
    assertThat(fields).containsKey(key);
    return Objects.requireNonNull(fields).getOrDefault(key, "");
  }
}
