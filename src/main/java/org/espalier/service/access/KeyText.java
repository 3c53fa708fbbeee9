package org.espalier.service.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key as its holder has it: {@code esp_}, 12 hexadecimal digits that name it, {@code _}, and 43 characters of 256 random
 * bits. What is stored of it is its SHA-256. That is fast to compute, and may be: slow hashes protect secrets that people
 * choose, which can be guessed; nobody tries 2^256.
 *
 * @param id the part that may be shown
 * @param text the whole
 */
record KeyText(String id, String text) {

  static final int ID_LENGTH = 12;

  private static final String PREFIX = "esp_";
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_LENGTH = 43;
  private static final int LENGTH = PREFIX.length() + ID_LENGTH + 1 + SECRET_LENGTH;

  static KeyText random(SecureRandom random) {
    byte[] id = new byte[ID_LENGTH / 2];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    String shown = HexFormat.of().formatHex(id);
    return new KeyText(
        shown,
        PREFIX + shown + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** The id that a presented text claims; empty when it is no key of this form. */
  static String idOf(String text) {
    int end = PREFIX.length() + ID_LENGTH;
    return text.length() == LENGTH && text.startsWith(PREFIX) && text.charAt(end) == '_'
        ? text.substring(PREFIX.length(), end)
        : "";
  }

  static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Not the secret: this ends up in logs. */
  @Override
  public String toString() {
    return PREFIX + id + "_…";
  }
}
