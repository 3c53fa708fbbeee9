package org.espalier.service.platform;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.espalier.service.wire.TraceId;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what failed outside the controllers, in a filter for example, where Spring would show a page. */
@Hidden
@Needs(Scope.READ)
@Controller
class ProblemErrorController implements ErrorController {

  @RequestMapping("${spring.web.error.path:/error}")
  void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
    // Without a status somebody has asked for this path, which is no route.
    int status =
        request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer failed
            ? failed
            : 404;
    ProblemCode code = ProblemCode.ofStatus(status);
    Problem.of(code, status, ErrorDetails.of(status), TraceId.of(request)).write(request, response);
  }
}
