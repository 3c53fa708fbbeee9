package org.espalier.service.platform;

import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.espalier.service.wire.Limits;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** What Tomcat must do that no property says: ids with slashes, problems instead of pages. */
@Component
class WebServerSettings implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private final Limits limits;

  WebServerSettings(Limits limits) {
    this.limits = limits;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    String passThrough = EncodedSolidusHandling.PASS_THROUGH.getValue();
    factory.addConnectorCustomizers(connector -> {
      connector.setEncodedSolidusHandling(passThrough);
      connector.setEncodedReverseSolidusHandling(passThrough);
      // A refused body is read on a little, so that the caller can finish sending and see why.
      long swallow = Math.min(Integer.MAX_VALUE, 2 * limits.bodySize().toBytes());
      connector.setProperty("maxSwallowSize", Long.toString(swallow));
      // Says "100 Continue" only once somebody wants the body.
      connector.setProperty("continueResponseTiming", "onRead");
    });
    factory.addContextCustomizers(context ->
        ((StandardHost) context.getParent())
            .setErrorReportValveClass(ProblemErrorValve.class.getName()));
  }
}
