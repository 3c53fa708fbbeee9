package org.espalier.embeddings.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a token may be: 1 to {@value #BYTES_MAX} bytes of valid UTF-8, otherwise opaque. */
public final class Tokens {

  public static final int BYTES_MAX = 512;

  private Tokens() {}

  /** What is wrong with a token, for people; empty when nothing is. */
  public static Optional<String> problemOf(String token) {
    int bytes = 0;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c < 0x80) {
        bytes += 1;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (i + 1 < token.length() && Character.isSurrogatePair(c, token.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return Optional.of("has half a surrogate pair at character " + i + ", so it is no UTF-8");
      }
    }
    if (bytes == 0) {
      return Optional.of("is empty");
    }
    if (bytes > BYTES_MAX) {
      return Optional.of("has " + bytes + " bytes of UTF-8, more than " + BYTES_MAX);
    }
    return Optional.empty();
  }

  /**
   * @param what names the token in the message
   * @throws IllegalArgumentException when the token is none
   */
  static void require(String what, String token) {
    Optional<String> problem = problemOf(token);
    if (problem.isPresent()) {
      throw new IllegalArgumentException(what + " " + problem.get());
    }
  }

  /** The bytes of a token that was checked. */
  static byte[] encode(String token) {
    return token.getBytes(StandardCharsets.UTF_8);
  }
}
