package org.espalier.service.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StartFailureTest {

  @TempDir Path data;

  @Test
  void a_second_service_on_the_same_data_is_told_so() {
    try (ConfigurableApplicationContext _ = start()) {
      assertLine("in use by another Espalier");
    }
  }

  @Test
  void the_data_can_be_used_again_after_a_stop_and_after_a_failed_start() {
    start().close();
    assertLine(
        "espalier.limits.elements=0 must be between 1 and 1000000", "--espalier.limits.elements=0");
    assertLine("is refused", "--server.address=0.0.0.0");
    start().close();
  }

  @Test
  void a_store_that_is_there_opens_early() {
    try (ConfigurableApplicationContext first = start()) {
      assertThat(first.getBeanProvider(EarlyStore.class).getIfAvailable()).isNull();
    }
    try (ConfigurableApplicationContext second = start()) {
      assertThat(second.getBean(EarlyStore.class).opening().join())
          .isSameAs(second.getBean(Store.class));
    }
  }

  @Test
  void bounds_are_checked_before_a_store_that_opens_early_is_used() {
    start().close();
    assertLine("espalier.store.group-rows=0", "--espalier.store.group-rows=0");
    start().close();
  }

  @Test
  void a_busy_port_is_named() throws IOException {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertLine(
          "port " + busy.getLocalPort() + " is in use", "--server.port=" + busy.getLocalPort());
    }
    start().close(); // the store was closed again
  }

  @Test
  void a_full_disk_is_named() {
    assertLine("disk", "--espalier.store.free-disk-min=1000000000GB");
  }

  @Test
  void a_folder_that_holds_something_else_is_left_alone() throws IOException {
    Path store = Files.createDirectories(data.resolve("store"));
    Files.writeString(store.resolve("holiday.txt"), "do not touch");
    assertLine("store");
    try (Stream<Path> files = Files.list(store)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void a_damaged_store_is_named() throws IOException {
    StoreOptions options = StoreOptions.defaults().withFreeDiskBytesMin(0);
    Store.open(data.resolve("store"), options).close();
    try (Stream<Path> files = Files.walk(data.resolve("store"))) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("MANIFEST")).toList()) {
        Files.writeString(file, "garbage");
      }
    }
    assertLine("damaged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--management.server.address=0.0.0.0|management.server.address=0.0.0.0 is refused",
        "--espalier.limits.body-size=12|body-size",
        "--espalier.data-dir=a;b|espalier.data-dir must not contain a semicolon",
        "--espalier.kafka.enabled=maybe|\"maybe\" is not a boolean",
        "--espalier.store.sync=sometimes|\"sometimes\" is not one of [group, off]",
        "--espalier.interactions.weights.click=-1|weight of click",
      })
  void a_bad_setting_is_named(String argument, String line) {
    assertLine(line, argument);
  }

  private ConfigurableApplicationContext start(String... arguments) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--server.port", "0");
    settings.put("--espalier.data-dir", data.toString());
    settings.put("--espalier.store.free-disk-min", "0B");
    settings.put("--espalier.ranking.warm-up", "0ms");
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      settings.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return EspalierApplication.run(
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .toArray(String[]::new));
  }

  private void assertLine(String part, String... arguments) {
    assertThatThrownBy(() -> start(arguments).close())
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(part)
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("\n", "Exception", "org.", "(the log"));
  }
}
