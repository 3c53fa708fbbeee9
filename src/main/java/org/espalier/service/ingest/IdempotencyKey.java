package org.espalier.service.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A request's {@code Idempotency-Key}: gives every event without an id one that the same request, sent again, gives it
 * again. It is a digest of the key, the event's place and its content, so that another request under the same key by
 * mistake loses nothing.
 */
record IdempotencyKey(String key) {

  private static final int LENGTH_MAX = 255;
  private static final int DIGEST_BYTES = 18; // 144 bits: no two events of one log ever share them

  IdempotencyKey {
    if (key.isBlank() || key.length() > LENGTH_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "Idempotency-Key must have 1 to " + LENGTH_MAX + " characters");
    }
  }

  /**
   * The id of an event.
   *
   * @param content the event's fields as they were sent; null for one that was left out
   */
  String eventId(int index, @Nullable Object... content) {
    MessageDigest digest = sha256();
    add(digest, key);
    add(digest, index);
    for (Object part : content) {
      add(digest, part);
    }
    byte[] head = Arrays.copyOf(digest.digest(), DIGEST_BYTES);
    return "idem-" + Base64.getUrlEncoder().withoutPadding().encodeToString(head);
  }

  private static void add(MessageDigest digest, @Nullable Object part) {
    digest.update(String.valueOf(part).getBytes(UTF_8));
    digest.update((byte) 0); // no part holds a zero, so that they cannot run together
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
