package org.espalier.service.catalogue;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/**
 * A place in a user's history: the page after it begins with the next older event. A forged one can only name another
 * place of the same history.
 */
record EventCursor(long timeMs, long sequence) {

  String text() {
    byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(timeMs).putLong(sequence).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static EventCursor parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() == 2 * Long.BYTES) {
        EventCursor cursor = new EventCursor(bytes.getLong(), bytes.getLong());
        if (cursor.sequence > 0) {
          return cursor;
        }
      }
    } catch (IllegalArgumentException _) {
      // falls through to the one answer for all that is no cursor
    }
    throw new ProblemException(
        ProblemCode.INVALID_CURSOR, "take the cursor from next_cursor, or leave it out");
  }
}
