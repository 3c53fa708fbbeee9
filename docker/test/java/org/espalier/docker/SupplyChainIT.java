package org.espalier.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the service consists of: the bill of materials, its licences, and whether its jars depend on when they were made. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SupplyChainIT {

  private static final Path TARGET = Path.of("..", "src", "target");

  /**
   * Licences that software under Apache-2.0 may be shipped with, as SPDX has them or as their authors write them. Of a
   * component with several, one has to be among them: they are there to choose from. JLine's is the one of three clauses;
   * the name in its POM is read as that of four.
   */
  private static final List<String> ALLOWED =
      List.of(
          "apache-2.0",
          "apache license",
          "mit",
          "bsd-2-clause",
          "bsd-3-clause",
          "bsd-4-clause",
          "epl-1.0",
          "epl-2.0",
          "mpl-2.0",
          "cc0-1.0",
          "upl-1.0",
          "edl");

  @Test
  void every_library_is_in_the_bill_of_materials_with_its_hash() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (JsonNode component : components()) {
      listed.add(
          component.get("name").asString() + "-" + component.get("version").asString() + ".jar");
      if (!component.path("group").asString("").equals("org.espalier")) {
        assertThat(component.path("hashes").size()).as(component.toString()).isPositive();
      }
    }
    try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
      List<String> names =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> !name.equals("espalier-plan.jar")) // a part of the service itself
              .toList();
      assertThat(names).isNotEmpty();
      assertThat(listed).containsAll(names);
    }
  }

  @Test
  void every_library_has_a_licence_that_ours_goes_with() throws IOException {
    List<String> others = new ArrayList<>();
    for (JsonNode component : components()) {
      List<String> licences =
          component
              .path("licenses")
              .valueStream()
              .map(each ->
                  each.path("expression")
                      .asString(
                          each.path("license")
                              .path("id")
                              .asString(each.path("license").path("name").asString("none"))))
              .toList();
      if (licences.stream().noneMatch(SupplyChainIT::allowed)) {
        others.add(component.get("name").asString() + ": " + licences);
      }
    }
    assertThat(others).isEmpty();
  }

  private static boolean allowed(String licence) {
    String lower = licence.toLowerCase(Locale.ROOT);
    return ALLOWED.stream().anyMatch(lower::contains);
  }

  @Test
  void our_jars_do_not_say_when_or_by_whom_they_were_made() throws IOException {
    List<Path> ours = new ArrayList<>(List.of(TARGET.resolve("espalier.jar")));
    try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
      jars.filter(jar -> jar.getFileName().toString().startsWith("espalier-")).forEach(ours::add);
    }
    assertThat(ours).hasSize(6);
    for (Path path : ours) {
      try (JarFile jar = new JarFile(path.toFile())) {
        assertThat(jar.stream().map(ZipEntry::getTimeLocal))
            .as(path.toString())
            .containsOnly(LocalDateTime.of(2026, 1, 1, 0, 0));
        assertThat(jar.getManifest().getMainAttributes().keySet().toString())
            .doesNotContain("Built-By", "Build-Jdk,", "Bnd-LastModified");
      }
    }
  }

  private static JsonNode components() throws IOException {
    return JsonMapper.shared()
        .readTree(Files.readString(TARGET.resolve("bom.json")))
        .get("components");
  }
}
