package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;

/** Takes traces over OTLP/HTTP, as a collector does, and keeps what it was sent. */
final class SpanReceiver implements AutoCloseable {

  private static final long PATIENCE_NS = 60_000_000_000L;

  /**
   * A span, as far as tests look at it.
   *
   * @param parentId empty for a root
   * @param text all bytes of it as text, to look for what must not be there
   */
  record Received(String traceId, String spanId, String parentId, String name, String text) {}

  private final List<Received> spans = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  SpanReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          readRequest(ByteBuffer.wrap(exchange.getRequestBody().readAllBytes()));
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
  }

  List<Received> all() {
    return List.copyOf(spans);
  }

  /** The first span that is wanted, as soon as it is there. */
  Received await(Predicate<Received> wanted) {
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (true) {
      for (Received span : spans) {
        if (wanted.test(span)) {
          return span;
        }
      }
      Assertions.assertThat(System.nanoTime()).as("%s", spans).isLessThan(endNs);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** ExportTraceServiceRequest: resource_spans (1) hold scope_spans (2), which hold spans (2). */
  private void readRequest(ByteBuffer request) {
    fields(
        request,
        (number, resource) -> {
          if (number == 1) {
            fields(
                resource,
                (inner, scope) -> {
                  if (inner == 2) {
                    fields(
                        scope,
                        (innermost, span) -> {
                          if (innermost == 2) {
                            spans.add(span(span));
                          }
                        });
                  }
                });
          }
        });
  }

  private static Received span(ByteBuffer span) {
    String[] known = new String[6];
    String text = text(span);
    fields(
        span,
        (number, value) -> {
          switch (number) {
            case 1, 2, 4 -> known[number] = HexFormat.of().formatHex(bytes(value));
            case 5 -> known[number] = text(value);
            default -> {}
          }
        });
    return new Received(known[1], known[2], known[4] == null ? "" : known[4], known[5], text);
  }

  /** The fields of a protobuf message that have a length; numbers are passed over. */
  private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> each) {
    ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long tag = varint(in);
      switch ((int) (tag & 7)) {
        case 0 -> varint(in);
        case 1 -> in.getLong();
        case 2 -> {
          int length = (int) varint(in);
          each.accept((int) (tag >>> 3), in.slice(in.position(), length));
          in.position(in.position() + length);
        }
        case 5 -> in.getInt();
        default -> throw new IllegalArgumentException("no protobuf: wire type " + (tag & 7));
      }
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static byte[] bytes(ByteBuffer slice) {
    byte[] bytes = new byte[slice.remaining()];
    slice.duplicate().get(bytes);
    return bytes;
  }

  private static String text(ByteBuffer slice) {
    return new String(bytes(slice), UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
