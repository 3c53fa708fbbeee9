package org.espalier.service.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Keeps what was read of a stream, from some place on, so that an element can be looked at again as it came. */
final class KeptBytes extends InputStream {

  private final InputStream in;
  private byte[] kept = new byte[0];
  private int length;
  private long start; // kept[0] is the stream's byte of this number
  private long needed;

  KeptBytes(InputStream in) {
    this.in = in;
  }

  /** Nothing before this place will be asked for. */
  void forgetBefore(long place) {
    needed = Math.max(needed, place);
  }

  /** At most {@code max} bytes from a place on, up to another. */
  byte[] copy(long from, long to, int max) {
    int at = Math.toIntExact(from - start);
    return Arrays.copyOfRange(kept, at, at + (int) Math.min(max, to - from));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int at, int count) throws IOException {
    int read = in.read(target, at, count);
    if (read > 0) {
      keep(target, at, read);
    }
    return read;
  }

  private void keep(byte[] bytes, int at, int count) {
    int gone = (int) Math.min(length, needed - start);
    if (gone > 0) {
      System.arraycopy(kept, gone, kept, 0, length - gone);
      length -= gone;
      start += gone;
    }
    if (length + count > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(length + count, 2 * kept.length));
    }
    System.arraycopy(bytes, at, kept, length, count);
    length += count;
  }
}
