package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The pages that are written by hand: what they link to in the checkout is there, headings too. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DocumentLinksTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  private final Path checkout = Shell.checkout();

  @Test
  void every_link_leads_somewhere() throws IOException {
    List<Path> pages = pages();
    assertThat(pages).hasSizeGreaterThan(20);
    for (Path page : pages) {
      List<String> broken =
          LINK.matcher(Files.readString(page))
              .results()
              .map(match -> match.group(1))
              .filter(link -> !link.matches("[a-z]+:.*") && !leads(page, link))
              .toList();
      assertThat(broken).as("links of %s", checkout.relativize(page)).isEmpty();
    }
  }

  @Test
  void a_broken_one_is_seen() {
    Path page = checkout.resolve("README.md");
    assertThat(leads(page, "docs/nonsense.md")).isFalse();
    assertThat(leads(page, "docs/ARCHITECTURE.md#nonsense")).isFalse();
    assertThat(leads(page, "docs/ARCHITECTURE.md#two-flows")).isTrue();
  }

  private List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(checkout);
        Stream<Path> docs = Files.walk(checkout.resolve("docs"));
        Stream<Path> chart = Files.list(checkout.resolve("helm/espalier"))) {
      return Stream.of(top, docs, chart)
          .flatMap(files -> files)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  private static boolean leads(Path page, String link) {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file);
    return Files.exists(target)
        && (hash < 0 || headings(target).contains(link.substring(hash + 1)));
  }

  /** As they are named in links: lower case, hyphens for spaces, nothing else but letters and digits. */
  private static List<String> headings(Path page) {
    try {
      return HEADING
          .matcher(Files.readString(page))
          .results()
          .map(heading ->
              heading
                  .group(1)
                  .toLowerCase(Locale.ROOT)
                  .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                  .replace(' ', '-'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
