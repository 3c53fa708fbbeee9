package org.espalier.service.stream;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.jspecify.annotations.Nullable;

/** Reads record keys. */
final class Keys {

  private Keys() {}

  /** The entity's id that a key is; null where a record has no key. */
  static @Nullable String id(ConsumerRecord<byte[], byte[]> record) throws Rejection {
    byte[] key = record.key();
    if (key == null) {
      return null;
    }
    String id;
    try {
      id = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw new Rejection(ProblemCode.INVALID_UTF8, "the key is not valid UTF-8");
    }
    Ids.check("the key", id);
    return id;
  }

  /** The key of a tombstone, which has nothing else. */
  static String requireId(ConsumerRecord<byte[], byte[]> record) throws Rejection {
    String id = id(record);
    if (id == null) {
      throw new Rejection(
          ProblemCode.MISSING_FIELD, "the record has neither key nor value, so it deletes nothing");
    }
    return id;
  }
}
