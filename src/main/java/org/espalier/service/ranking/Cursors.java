package org.espalier.service.ranking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/**
 * Where a ranking goes on: the generation that answered, the next place, and the position of the log up to which the
 * user's own events count, so that what happens in between moves no page. The seal covers these and the request, so a
 * cursor is of use with the request that it came from alone.
 */
final class Cursors {

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = 1 + 4 + 4 + 8;
  private static final int SEAL_BYTES = 16;

  private final SecretKeySpec key;

  /** @param secret the data folder's own, so that cursors outlive a restart */
  Cursors(String secret) {
    this.key = new SecretKeySpec(("ranking cursor " + secret).getBytes(UTF_8), ALGORITHM);
  }

  /**
   * A place in a ranking.
   *
   * @param generation that answered; 0 for none
   * @param offset results before it
   * @param through the last event of the user that counts
   */
  record Place(int generation, int offset, long through) {}

  /** @param query all of the request but how it is paged */
  String write(Place place, String query) {
    byte[] head = head(place);
    byte[] cursor = Arrays.copyOf(head, HEAD_BYTES + SEAL_BYTES);
    System.arraycopy(seal(head, query), 0, cursor, HEAD_BYTES, SEAL_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor);
  }

  /**
   * The place that a cursor names.
   *
   * @throws ProblemException INVALID_CURSOR for one that was not made for this query
   */
  Place read(String cursor, String query) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      if (bytes.length == HEAD_BYTES + SEAL_BYTES && bytes[0] == VERSION) {
        byte[] head = Arrays.copyOf(bytes, HEAD_BYTES);
        byte[] seal = Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
        if (MessageDigest.isEqual(seal, seal(head, query))) {
          ByteBuffer place = ByteBuffer.wrap(head, 1, HEAD_BYTES - 1);
          return new Place(place.getInt(), place.getInt(), place.getLong());
        }
      }
    } catch (IllegalArgumentException _) {
      // no base64: said below
    }
    throw new ProblemException(
        ProblemCode.INVALID_CURSOR,
        "the cursor is not of this request; repeat the request that it came from, with nothing but limit changed");
  }

  private static byte[] head(Place place) {
    return ByteBuffer.allocate(HEAD_BYTES)
        .put(VERSION)
        .putInt(place.generation())
        .putInt(place.offset())
        .putLong(place.through())
        .array();
  }

  private byte[] seal(byte[] head, String query) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head);
      return Arrays.copyOf(mac.doFinal(query.getBytes(UTF_8)), SEAL_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
