package org.espalier.service.access;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.platform.EspalierProperties;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** The keys of a service that is stopped: its settings and the control plane's database, and nothing else of it. */
public final class KeyFolder implements AutoCloseable {

  private static final String CONTROL = "org.espalier.service.control";
  private static final String ACCESS = "org.espalier.service.access";

  private final ConfigurableApplicationContext context;

  private KeyFolder(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /**
   * Opens the database, which a running service keeps to itself where it is a file.
   *
   * @param settings by their full names; they win over the environment and files
   * @throws org.espalier.service.platform.StartFailedException with one line that says what is wrong
   */
  public static KeyFolder open(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("spring.main.web-application-type", "none");
    all.put(
        "management.endpoint.health.validate-group-membership", "false"); // the store is not there
    ConfigurableApplicationContext context =
        EspalierApplication.run(
            Parts.class,
            all.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new));
    try {
      context.getBean(ControlDatabase.class).openNow("./espalier admin keys …");
      return new KeyFolder(context);
    } catch (RuntimeException e) {
      try (context) {
        throw e;
      }
    }
  }

  public Keys keys() {
    return context.getBean(Keys.class);
  }

  @Override
  public void close() {
    context.close();
  }

  /** No stereotype, so that the service itself does not find it. */
  @EnableAutoConfiguration
  @EnableConfigurationProperties({EspalierProperties.class, AccessProperties.class})
  @AutoConfigurationPackage(basePackages = {CONTROL, ACCESS})
  @ComponentScan({CONTROL, ACCESS})
  static class Parts {

    @Bean
    Clock clock() {
      return Clock.systemUTC();
    }
  }
}
