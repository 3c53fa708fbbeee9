package org.espalier.service.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class IdsTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "a/b;c%d", "..", "日本語", "😀", "\u0080", "\uffff"})
  void any_text_without_control_characters_is_an_id(String id) throws Rejection {
    Ids.check("user_id", id);
    assertThat(Ids.require("user_id", id)).isSameAs(id);
  }

  @Test
  void an_empty_id_is_refused() {
    assertRefused("", "user_id is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "\u0000", "\u001b[31m", "\u007f"})
  void a_control_character_is_refused(String id) {
    assertRefused(id, "control character");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "a\udc00b", "\ud83d", "\ud800\ud800"})
  void an_unpaired_surrogate_is_refused(String id) {
    assertRefused(id, "unpaired surrogate");
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void the_limit_counts_bytes_of_utf_8(long seed) {
    Random random = new Random(seed);
    String[] alphabet = {"a", "é", "日", "😀"};
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      id.append(alphabet[random.nextInt(alphabet.length)]);
      int bytes = id.toString().getBytes(StandardCharsets.UTF_8).length;
      if (bytes <= Ids.BYTES_MAX) {
        assertThat(Ids.require("user_id", id.toString())).hasSize(id.length());
      } else {
        assertRefused(id.toString(), "has " + bytes + " bytes");
      }
    }
  }

  private static void assertRefused(String id, String why) {
    assertThatThrownBy(() -> Ids.check("user_id", id))
        .isInstanceOfSatisfying(
            Rejection.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_ID))
        .hasMessageContaining(why);
    assertThatThrownBy(() -> Ids.require("user_id", id)).isInstanceOf(ProblemException.class);
  }
}
