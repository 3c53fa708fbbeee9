package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TokensTest {

  @Test
  void up_to_512_bytes_of_any_script_are_a_token() {
    assertThat(Tokens.problemOf("a")).isEmpty();
    assertThat(Tokens.problemOf("x".repeat(512))).isEmpty();
    assertThat(Tokens.problemOf("é".repeat(256))).isEmpty();
    assertThat(Tokens.problemOf("中".repeat(170))).isEmpty();
    assertThat(Tokens.problemOf("😀".repeat(128))).isEmpty();
    assertThat(Tokens.encode("😀".repeat(128))).hasSize(512);
    assertThat(Tokens.problemOf("a/b?c\n\u0000")).isEmpty();
  }

  @Test
  void the_limit_counts_bytes_and_not_characters() {
    assertThat(Tokens.problemOf("x".repeat(513)))
        .hasValueSatisfying(p -> assertThat(p).contains("513 bytes"));
    assertThat(Tokens.problemOf("é".repeat(257))).isPresent();
    assertThat(Tokens.problemOf("中".repeat(171))).isPresent();
    assertThat("😀".repeat(129).getBytes(StandardCharsets.UTF_8)).hasSize(516);
    assertThat(Tokens.problemOf("😀".repeat(129))).isPresent();
  }

  @Test
  void nothing_and_half_a_character_are_no_tokens() {
    assertThat(Tokens.problemOf("")).contains("is empty");
    assertThat(Tokens.problemOf("ab\ud83d"))
        .hasValueSatisfying(problem -> assertThat(problem).contains("character 2"));
    assertThat(Tokens.problemOf("\ude00x")).isPresent();
  }
}
