package org.espalier.service.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream at line feeds without ever holding more than one line; blank lines are skipped. */
final class LineReader {
  private final InputStream in;
  private final int bytesMax;
  private final byte[] chunk = new byte[16 * 1024];
  private int chunkAt;
  private int chunkEnd;
  private byte[] line = new byte[1024];
  private int length;
  private long lineBytes;
  private boolean tooLong;

  LineReader(InputStream in, int bytesMax) {
    this.in = in;
    this.bytesMax = bytesMax;
  }

  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /** Whether the line is longer than what is held of it. */
  boolean tooLong() {
    return tooLong;
  }

  /** Bytes of the whole line. */
  long lineBytes() {
    return lineBytes;
  }

  /** Reads the next line that is not blank. */
  boolean next() throws IOException {
    while (readLine()) {
      if (tooLong || !blank()) {
        return true;
      }
    }
    return false;
  }

  private boolean readLine() throws IOException {
    length = 0;
    lineBytes = 0;
    tooLong = false;
    boolean any = false;
    while (fill()) {
      any = true;
      int end = chunkAt;
      while (end < chunkEnd && chunk[end] != '\n') {
        end++;
      }
      append(end);
      if (end < chunkEnd) {
        chunkAt = end + 1;
        return true;
      }
      chunkAt = end;
    }
    return any;
  }

  private boolean fill() throws IOException {
    if (chunkAt == chunkEnd) {
      chunkAt = 0;
      chunkEnd = Math.max(0, in.read(chunk));
    }
    return chunkEnd > 0;
  }

  private void append(int end) {
    int more = end - chunkAt;
    lineBytes += more;
    if (length + more > bytesMax) {
      tooLong = true;
      more = bytesMax - length;
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(line.length * 2, length + more));
    }
    System.arraycopy(chunk, chunkAt, line, length, more);
    length += more;
  }

  private boolean blank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
