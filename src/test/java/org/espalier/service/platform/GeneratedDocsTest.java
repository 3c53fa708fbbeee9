package org.espalier.service.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tables in docs/ that are made of the code; the environment variable {@code ESPALIER_DOCS=write} writes them anew. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeneratedDocsTest {

  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void the_table_of_settings_is_that_of_the_code() throws IOException {
    assertCurrent(
        "CONFIGURATION.md",
        """
        # Settings

        Every key has a sensible default; the service runs with no file at all. Set a key in an `application.yml` in the
        working directory, by an environment variable (`ESPALIER_LIMITS_ELEMENTS=500`) or by an argument
        (`--espalier.limits.elements=500`); arguments win over variables, variables over files. A bad value stops the
        start with one line that names it. Sizes take `B`, `KB`, `MB`, `GB`; times `ms`, `s`, `m`, `h`.

        Beside these, `server.port` (8080) is the port, and `server.address` (127.0.0.1) the address; one that
        is not loopback needs an API key (`./espalier keys create`, or `espalier.access.admin-key`).

        Spring Boot's own settings work, too. Those under `spring`, `management`, `server` and `springdoc` other than the
        address, the port, `spring.config` and the database may change what the service consists of. With any of them, and
        with those of `espalier.kafka`, a start takes about a second longer ([why](decisions/0036-a-plan-of-the-beans-is-made-at-the-build.md)).

        | key | default | meaning |
        |---|---|---|
        %s
        """
            .formatted(settings()));
  }

  @Test
  void the_table_of_problems_is_that_of_the_code() throws IOException {
    String rows =
        Arrays.stream(ProblemCode.values())
            .sorted(Comparator.comparingInt(ProblemCode::status))
            .map(code -> "| `%s` | %d | %s |".formatted(code.code(), code.status(), code.title()))
            .collect(Collectors.joining("\n"));
    assertCurrent(
        "PROBLEMS.md",
        """
        # Problems

        An error is answered as `application/problem+json` (RFC 9457): `type` is `urn:espalier:problem:` and the code,
        `detail` says what was wrong and what to do, and `trace_id` finds the request in the service's log. It is the one
        of the caller's `traceparent` header where there is one, and every answer has it in its header `Trace-Id`.

        A batch is accepted in part: each element that was not taken is listed under `rejected` with its `index`, one of
        the codes of status 400, and a `detail`.

        | code | status | meaning |
        |---|---|---|
        %s
        """
            .formatted(rows));
  }

  private static String settings() throws IOException {
    String file = "/META-INF/spring-configuration-metadata.json";
    try (InputStream in = GeneratedDocsTest.class.getResourceAsStream(file)) {
      JsonNode properties =
          JsonMapper.shared().readTree(Objects.requireNonNull(in, file)).get("properties");
      return StreamSupport.stream(properties.spliterator(), false)
          .filter(property -> !property.get("name").asString().equals("espalier.version"))
          .map(GeneratedDocsTest::row)
          .collect(Collectors.joining("\n"));
    }
  }

  private static String row(JsonNode property) {
    JsonNode description = property.get("description");
    assertThat(description).as(property + " has no description").isNotNull();
    JsonNode value = property.get("defaultValue");
    String meaning =
        description.asString().replaceAll("\\{@code ([^}]*)}", "`$1`").replace("|", "\\|");
    return "| `%s` | %s | %s |"
        .formatted(
            property.get("name").asString(),
            value == null ? "" : "`" + value.asString() + "`",
            meaning);
  }

  private static void assertCurrent(String name, String text) throws IOException {
    Path file = DOCS.resolve(name);
    if ("write".equals(System.getenv("ESPALIER_DOCS"))) {
      Files.writeString(file, text, UTF_8);
    }
    assertThat(file)
        .content(UTF_8)
        .as("run this test with the environment variable ESPALIER_DOCS=write")
        .isEqualTo(text);
  }
}
