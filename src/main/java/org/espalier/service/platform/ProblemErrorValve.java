package org.espalier.service.platform;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what Tomcat refuses before any filter of ours runs, such as a broken request line, where it would show an HTML
 * page. Tomcat makes it by its class name.
 */
public final class ProblemErrorValve extends ErrorReportValve {

  private static final Logger log = LoggerFactory.getLogger(ProblemErrorValve.class);

  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    int status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    AtomicBoolean writable = new AtomicBoolean();
    response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, writable);
    if (!writable.get()) {
      return;
    }
    ProblemCode code = ProblemCode.ofStatus(status);
    try {
      Problem.of(code, status, ErrorDetails.of(status), TraceId.of(request.getRequest()))
          .write(request.getRequest(), response.getResponse());
      response.finishResponse();
    } catch (IOException e) {
      log.debug("The caller closed the connection: {}", e.getMessage());
    }
  }
}
