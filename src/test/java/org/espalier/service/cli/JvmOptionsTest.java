package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.espalier.service.cli.Shell.Outcome;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JvmOptionsTest {

  @TempDir Path temp;

  /** A warning would go to stdout, which is {@code --json}'s. */
  @ParameterizedTest
  @ValueSource(strings = {"UseG1GC", "UseSerialGC", "UseParallelGC", "UseZGC"})
  void the_flags_go_with_every_collector_without_a_word(String collector) throws Exception {
    Outcome outcome =
        new Shell(temp)
            .run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Shell.checkout().resolve("jvm.options"),
                "-XX:+" + collector,
                "-Xmx160m",
                "-version");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).isEmpty();
  }
}
