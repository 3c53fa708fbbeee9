package org.espalier.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of Dockerfile linters that matter here (after hadolint), on our file and on bad ones. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DockerfileTest {

  @Test
  void the_dockerfile_keeps_the_rules() throws IOException {
    assertThat(problems(Files.readString(Path.of("Dockerfile")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROM debian",
        "FROM debian:latest",
        "FROM debian:12\nADD https://example.org/x /x",
        "FROM debian:12\nRUN sudo true",
        "FROM debian:12\nRUN apt-get install -y curl",
        "FROM debian:12\nRUN curl https://example.org/x | sh",
        "FROM debian:12\nWORKDIR app",
        "FROM debian:12\nENV API_KEY=abc",
        "FROM debian:12\nARG PASSWORD=abc",
        "FROM debian:12\nUSER root\nHEALTHCHECK CMD [\"x\"]\nENTRYPOINT [\"x\"]",
        "FROM debian:12\nUSER app\nHEALTHCHECK CMD [\"x\"]\nENTRYPOINT [\"x\"]",
        "FROM debian:12\nUSER 1:1\nENTRYPOINT [\"x\"]",
        "FROM debian:12\nUSER 1:1\nHEALTHCHECK CMD [\"x\"]\nENTRYPOINT x",
        "FROM debian:12\nUSER 1:1\nHEALTHCHECK CMD [\"x\"]\nENTRYPOINT [\"x\"]",
        "FROM debian:12\nMAINTAINER me"
      })
  void a_bad_one_does_not(String dockerfile) {
    assertThat(problems(dockerfile)).isNotEmpty();
  }

  private static List<String> problems(String dockerfile) {
    List<String> problems = new ArrayList<>();
    String user = "";
    boolean health = false;
    boolean entry = false;
    boolean labels = false;
    for (String line : instructions(dockerfile)) {
      String word = line.split("\\s+", 2)[0];
      String rest = line.substring(word.length()).strip();
      switch (word) {
        case "FROM" -> {
          user = "";
          requireTag(rest, problems, dockerfile);
        }
        case "USER" -> user = rest;
        case "HEALTHCHECK" -> health = rest.contains("CMD [");
        case "ENTRYPOINT", "CMD" -> {
          entry |= word.equals("ENTRYPOINT");
          require(rest.startsWith("["), word + " is to be a JSON array: " + rest, problems);
        }
        case "LABEL" -> labels = rest.contains("org.opencontainers.image.licenses");
        case "ADD" -> problems.add("COPY instead of ADD: " + rest);
        case "WORKDIR" -> require(rest.startsWith("/"), "WORKDIR is to be absolute", problems);
        case "ENV", "ARG" ->
            require(
                !rest.matches("(?is).*(password|secret|api_?key|admin_?key|token)\\w*=\\S.*"),
                "no secrets in " + word,
                problems);
        case "RUN" ->
            require(
                !rest.matches("(?s).*(\\bsudo\\b|apt(-get)? install|curl .*\\|).*"),
                "not to be run: " + rest,
                problems);
        case "COPY", "EXPOSE", "VOLUME" -> {}
        default -> problems.add("what is " + word);
      }
    }
    require(user.matches("[1-9]\\d*:[1-9]\\d*"), "USER is to be numbers, and not root", problems);
    require(health, "no HEALTHCHECK as a JSON array", problems);
    require(entry, "no ENTRYPOINT", problems);
    require(labels, "no labels", problems);
    return problems;
  }

  private static void requireTag(String rest, List<String> problems, String dockerfile) {
    String image = rest.split("\\s+", 2)[0];
    if (image.startsWith("${")) { // an argument's default
      String name = image.substring(2, image.length() - 1);
      image =
          instructions(dockerfile).stream()
              .filter(line -> line.startsWith("ARG " + name + "="))
              .map(line -> line.substring(line.indexOf('=') + 1))
              .findFirst()
              .orElse("");
    }
    require(
        image.matches("[^:]+:(?!latest)\\S*\\d\\S*"), "a tag with a version: " + image, problems);
  }

  private static void require(boolean holds, String problem, List<String> problems) {
    if (!holds) {
      problems.add(problem);
    }
  }

  /** One line each, without comments. */
  private static List<String> instructions(String dockerfile) {
    return dockerfile
        .replaceAll("(?m)^\\s*#.*\\R?", "")
        .replaceAll("\\\\\\R\\s*", " ")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
