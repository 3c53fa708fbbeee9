package org.espalier.embeddings.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Writes and reads the artefacts of generations, in parts, as entries of family {@link Rows}. */
final class Artefacts {

  private static final int PART_CONTENT_BYTES = 1 << 18;

  private Artefacts() {}

  /**
   * Writes one.
   *
   * @param index its place in the manifest
   */
  static StoredArtefact write(
      TableFiles files, int generation, int index, String name, InputStream content)
      throws IOException {
    Checksum checksum = new Checksum();
    ByteBuffer key = ByteBuffer.allocateDirect(Rows.ARTEFACT_KEY_BYTES);
    ByteBuffer value = ByteBuffer.allocateDirect(Rows.SEAL_BYTES + PART_CONTENT_BYTES);
    byte[] part = new byte[PART_CONTENT_BYTES];
    long bytes = 0;
    long sum = 0;
    int length = content.readNBytes(part, 0, part.length);
    for (int p = 0; length > 0; p++) {
      key.clear().put(Rows.artefactKey(generation, index)).putInt(p).flip();
      value.clear().position(Rows.SEAL_BYTES).put(part, 0, length).flip();
      sum += Integer.toUnsignedLong(Rows.seal(checksum, key, value));
      files.put(key, value);
      bytes += length;
      length = content.readNBytes(part, 0, part.length);
    }
    return new StoredArtefact(name, bytes, sum);
  }

  /**
   * Copies one.
   *
   * @throws StoreException DAMAGED when it is not what was written; what was copied is then of no use
   */
  static void read(
      Database database, int generation, int index, StoredArtefact stored, OutputStream target)
      throws IOException {
    Checksum checksum = new Checksum();
    long[] bytesAndSum = {0, 0};
    byte[] from = Rows.artefactKey(generation, index);
    try {
      database.scan(
          Family.ROWS,
          from,
          from.length,
          (key, value) -> {
            bytesAndSum[1] += Integer.toUnsignedLong(Rows.open(checksum, key, value));
            bytesAndSum[0] += value.remaining();
            try {
              target.write(Formats.bytes(value, value.remaining()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return true;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (bytesAndSum[0] != stored.bytes() || bytesAndSum[1] != stored.checksum()) {
      throw new StoreException(
          StoreException.Kind.DAMAGED,
          "artefact %s of generation %d is not what was written; activate another generation and delete this one"
              .formatted(stored.name(), generation));
    }
  }
}
