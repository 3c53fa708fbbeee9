package org.espalier.embeddings.exchange;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a UTF-8 file, which end with LF or CR LF, one at a time and of bounded length. */
final class Lines implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final int lineBytesMax;
  private final InputStream input;
  private byte[] line = new byte[1024];
  private long number;

  private Lines(Path path, int lineBytesMax, InputStream input) {
    this.path = path;
    this.lineBytesMax = lineBytesMax;
    this.input = input;
  }

  static Lines open(Path path, int lineBytesMax) {
    try {
      return new Lines(
          path, lineBytesMax, new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES));
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }

  /** The number of the line that was read last, from 1. */
  long number() {
    return number;
  }

  /** The next line without its end; null after the last one. */
  @Nullable String next() {
    int length = 0;
    try {
      int next = input.read();
      if (next < 0) {
        return null;
      }
      number++;
      for (; next >= 0 && next != '\n'; next = input.read()) {
        if (length == lineBytesMax) {
          throw fault("is longer than %d bytes".formatted(lineBytesMax));
        }
        if (length == line.length) {
          line = Arrays.copyOf(line, Math.min(2 * length, lineBytesMax));
        }
        line[length++] = (byte) next;
      }
      if (length > 0 && line[length - 1] == '\r') {
        length--;
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw fault("is no UTF-8");
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }

  ExchangeException fault(String fault) {
    return ExchangeException.atLine(path, number, fault);
  }

  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }
}
