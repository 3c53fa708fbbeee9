package org.espalier.learning.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VocabularyTest {

  @Test
  void ids_are_dense_in_the_order_of_first_appearance() {
    var builder = new Vocabulary.Builder();
    assertThat(builder.add("b")).isZero();
    assertThat(builder.add("a")).isEqualTo(1);
    assertThat(builder.add("b")).isZero();
    Vocabulary vocabulary = builder.build();
    assertThat(vocabulary.size()).isEqualTo(2);
    assertThat(vocabulary.token(0)).isEqualTo("b");
    assertThat(vocabulary.find("a")).isEqualTo(1);
    assertThat(vocabulary.find("c")).isEqualTo(-1);
    assertThat(vocabulary.find("")).isEqualTo(-1);
  }

  @Test
  void a_hundred_thousand_tokens_are_all_found_again() {
    var builder = new Vocabulary.Builder();
    for (int i = 0; i < 100_000; i++) {
      if (builder.add("tökén-" + i * 31) != i) {
        throw new AssertionError("id of token " + i);
      }
    }
    Vocabulary vocabulary = builder.build();
    for (int i = 0; i < 100_000; i++) {
      String token = "tökén-" + i * 31;
      if (vocabulary.find(token) != i || !vocabulary.token(i).equals(token)) {
        throw new AssertionError(token);
      }
    }
    assertThat(vocabulary.find("tökén-1")).isEqualTo(-1);
  }

  @Test
  void what_is_added_later_does_not_change_what_was_built() {
    var builder = new Vocabulary.Builder();
    builder.add("a");
    Vocabulary before = builder.build();
    builder.add("b");
    assertThat(before.size()).isEqualTo(1);
    assertThat(before.find("b")).isEqualTo(-1);
  }
}
