package org.espalier.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the loopback address that is kept open, with as little work a request as can be: the load shares the
 * machine's processors with what it measures. Made anew after a fault. Of one thread.
 */
final class HttpConnection implements AutoCloseable {

  private static final int TIMEOUT_MS = 30_000;

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;
  private final byte[] buffer = new byte[1 << 14];

  HttpConnection(int port) {
    this.port = port;
  }

  /** A whole request with a JSON body, as bytes. */
  static byte[] request(String method, String path, String contentType, String body) {
    byte[] content = body.getBytes(UTF_8);
    byte[] head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(method, path, contentType, content.length)
            .getBytes(ISO_8859_1);
    byte[] request = new byte[head.length + content.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(content, 0, request, head.length, content.length);
    return request;
  }

  /** Sends a request, reads the whole answer and returns its status. */
  int send(byte[] request) throws IOException {
    try {
      Socket open = socket;
      if (open == null) {
        open = new Socket();
        open.setTcpNoDelay(true);
        open.setSoTimeout(TIMEOUT_MS);
        open.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        socket = open;
        in = new BufferedInputStream(open.getInputStream(), 1 << 16);
      }
      open.getOutputStream().write(request);
      return answer(Objects.requireNonNull(in));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private int answer(InputStream answer) throws IOException {
    String line = line(answer);
    int status = Integer.parseInt(line.substring(9, 12)); // HTTP/1.1 200
    long length = -1;
    boolean chunked = false;
    boolean last = false;
    for (line = line(answer); !line.isEmpty(); line = line(answer)) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Long.parseLong(header.substring(15).strip());
      }
      chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
      last |= header.startsWith("connection:") && header.contains("close");
    }
    if (chunked) {
      for (int chunk = chunk(answer); chunk > 0; chunk = chunk(answer)) {
        skip(answer, chunk);
        line(answer);
      }
      line(answer);
    } else {
      skip(answer, Math.max(0, length));
    }
    if (last) {
      close();
    }
    return status;
  }

  private static int chunk(InputStream answer) throws IOException {
    return Integer.parseInt(line(answer).strip(), 16);
  }

  private void skip(InputStream answer, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      int read = answer.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new EOFException("the answer was cut off");
      }
      left -= read;
    }
  }

  private static String line(InputStream answer) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = answer.read(); c != '\n'; c = answer.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // it is given up
      }
    }
  }
}
