package org.espalier.service.cli;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.espalier.service.platform.EspalierApplication;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/** The service inside this process; closing it stops it. */
final class RunningService implements AutoCloseable {

  private final ConfigurableApplicationContext context;

  private RunningService(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /**
   * Starts the service and returns once it answers.
   *
   * @param settings by their full names; they win over the environment and files
   * @throws org.espalier.service.platform.StartFailedException when it cannot start
   */
  static RunningService start(Map<String, String> settings) {
    String[] arguments =
        settings.entrySet().stream()
            .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
            .toArray(String[]::new);
    return new RunningService(EspalierApplication.run(arguments));
  }

  /** One of its parts. */
  <T> T part(Class<T> type) {
    return context.getBean(type);
  }

  /** Whether it is being stopped, or was. */
  boolean stopping() {
    return !context.isActive();
  }

  /** Does something once it has stopped, even when a signal ends the process. */
  void whenStopped(Runnable action) {
    SpringApplication.getShutdownHandlers().add(action);
  }

  /** Where it answers, as {@code http://127.0.0.1:8080}. */
  URI url() {
    String address = setting("server.address");
    String host = address.contains(":") ? "[" + address + "]" : address;
    return URI.create("http://" + host + ":" + setting("local.server.port"));
  }

  /** A setting that is certain to have a value. */
  String setting(String key) {
    return context.getEnvironment().getRequiredProperty(key);
  }

  /** Returns when the service is stopped; Ctrl-C and SIGTERM stop it and then end the process. */
  void untilStopped() throws InterruptedException {
    Closed closed = new Closed(new CountDownLatch(1));
    context.addApplicationListener(closed);
    if (context.isActive()) {
      closed.latch.await();
    }
  }

  @Override
  public void close() {
    context.close();
  }

  private record Closed(CountDownLatch latch) implements ApplicationListener<ContextClosedEvent> {
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
      latch.countDown();
    }
  }
}
