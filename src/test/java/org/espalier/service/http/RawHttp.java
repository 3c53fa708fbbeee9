package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A connection that speaks what no HTTP client would. */
final class RawHttp implements AutoCloseable {

  private static final int TIMEOUT_MS = 20_000;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;

  RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MS);
    out = socket.getOutputStream();
    in = socket.getInputStream();
  }

  RawHttp send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  RawHttp send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** Says that nothing more will come. */
  RawHttp end() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** The next answer on this connection. */
  Answer answer() throws IOException {
    return answer(false);
  }

  /** The next answer, to a request that wants no body. */
  Answer answerOfHead() throws IOException {
    return answer(true);
  }

  private Answer answer(boolean isHead) throws IOException {
    String statusLine = line();
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
          .add(line.substring(colon + 1).trim());
    }
    HttpHeaders all = HttpHeaders.of(headers, (_, _) -> true);
    int status = Integer.parseInt(statusLine.split(" ", -1)[1]);
    boolean hasBody = !isHead && status != 204 && status != 304;
    return new Answer(status, all, hasBody ? new String(body(all), UTF_8) : "");
  }

  private byte[] body(HttpHeaders headers) throws IOException {
    if (!headers.firstValue("Transfer-Encoding").orElse("").equals("chunked")) {
      return in.readNBytes(Integer.parseInt(headers.firstValue("Content-Length").orElse("0")));
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int length = chunkLength(); length > 0; length = chunkLength()) {
      whole.write(in.readNBytes(length));
      line(); // ends the chunk
    }
    line(); // ends the body
    return whole.toByteArray();
  }

  private int chunkLength() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the connection ended after: " + line.toString(ISO_8859_1));
      }
      line.write(b);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
