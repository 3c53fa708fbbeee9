package org.espalier.service.catalogue;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/**
 * A place in a list of records: the page after it begins with this id or the next one that has a record. It names its
 * list and carries a checksum, so that one of another list, a cut or a made-up one is refused; one that is forged with
 * care can only name another place of the same list.
 */
record ListCursor(Catalogue.Kind kind, int fromId) {

  private static final int BODY_BYTES = 1 + Integer.BYTES;

  String text() {
    ByteBuffer bytes = ByteBuffer.allocate(BODY_BYTES + Integer.BYTES);
    bytes.put(list(kind)).putInt(fromId);
    bytes.putInt(checksum(bytes.array()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  static ListCursor parse(Catalogue.Kind kind, String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length == BODY_BYTES + Integer.BYTES) {
        ByteBuffer body = ByteBuffer.wrap(bytes);
        byte list = body.get();
        int fromId = body.getInt();
        if (list == list(kind) && fromId >= 0 && body.getInt() == checksum(bytes)) {
          return new ListCursor(kind, fromId);
        }
      }
    } catch (IllegalArgumentException _) {
      // falls through to the one answer for all that is no cursor
    }
    throw new ProblemException(
        ProblemCode.INVALID_CURSOR,
        "take the cursor from this list's next_cursor, or leave it out");
  }

  private static byte list(Catalogue.Kind kind) {
    return switch (kind) {
      case ITEM -> 'I';
      case USER -> 'U';
    };
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, BODY_BYTES);
    return (int) checksum.getValue();
  }
}
