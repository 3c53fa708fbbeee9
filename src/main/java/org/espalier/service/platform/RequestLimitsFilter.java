package org.espalier.service.platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what no route can take: bodies over the limit, at once when their length is declared and while they are read
 * when it is not; bodies that drip in; compressed bodies, which could unpack to anything; and paths with a raw semicolon, which servlets
 * would cut from an id in silence.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class RequestLimitsFilter extends OncePerRequestFilter {

  private final long bytesMax;
  private final long timeMaxNs;

  RequestLimitsFilter(Limits limits) {
    this.bytesMax = limits.bodySize().toBytes();
    this.timeMaxNs = limits.bodyTime().toNanos();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String encoding = request.getHeader("Content-Encoding");
    if (request.getContentLengthLong() > bytesMax) {
      String detail = String.valueOf(new BodyTooLargeException(bytesMax).getMessage());
      refuse(ProblemCode.BODY_TOO_LARGE, detail, request, response);
    } else if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      String detail = "compressed bodies are not taken; send the body without Content-Encoding";
      refuse(ProblemCode.UNSUPPORTED_MEDIA_TYPE, detail, request, response);
    } else if (request.getRequestURI().startsWith("/actuator")
        && request.getRequestURI().indexOf('%') >= 0) {
      // Spring's health routes fail on an encoded slash, and nothing there has a name that needs
      // one.
      refuse(ProblemCode.UNKNOWN_ROUTE, "no route has this path", request, response);
    } else if (request.getRequestURI().indexOf(';') >= 0) {
      String detail = "the path has a raw ';'; write %3B where an id has one";
      refuse(ProblemCode.BAD_REQUEST, detail, request, response);
    } else {
      chain.doFilter(new LimitedRequest(request, bytesMax, timeMaxNs), response);
    }
  }

  private static void refuse(
      ProblemCode code, String detail, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Problem.of(code, detail, TraceId.of(request)).write(request, response);
  }

  private static final class LimitedRequest extends HttpServletRequestWrapper {
    private final long bytesMax;
    private final long timeMaxNs;
    private @Nullable ServletInputStream input; // one counter a request

    LimitedRequest(HttpServletRequest request, long bytesMax, long timeMaxNs) {
      super(request);
      this.bytesMax = bytesMax;
      this.timeMaxNs = timeMaxNs;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (input == null) {
        input = new LimitedInput(super.getInputStream(), bytesMax, timeMaxNs);
      }
      return input;
    }
  }

  private static final class LimitedInput extends ServletInputStream {
    private final ServletInputStream in;
    private final long bytesMax;
    private final long timeMaxNs;
    private final long startNs = System.nanoTime();
    private long bytesRead;

    LimitedInput(ServletInputStream in, long bytesMax, long timeMaxNs) {
      this.in = in;
      this.bytesMax = bytesMax;
      this.timeMaxNs = timeMaxNs;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int at, int length) throws IOException {
      int read = in.read(target, at, length);
      count(Math.max(0, read));
      return read;
    }

    /** A byte now and then keeps a connection from timing out, so the whole has a time as well. */
    private void count(int more) throws IOException {
      if (System.nanoTime() - startNs > timeMaxNs) {
        throw new SocketTimeoutException("the body takes too long");
      }
      bytesRead += more;
      if (bytesRead > bytesMax) {
        throw new BodyTooLargeException(bytesMax);
      }
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
