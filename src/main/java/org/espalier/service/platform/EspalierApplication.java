package org.espalier.service.platform;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the service. */
@SpringBootApplication(scanBasePackages = EspalierApplication.ROOT)
@AutoConfigurationPackage(
    basePackages = EspalierApplication.ROOT) // where repositories are looked for
@ConfigurationPropertiesScan(EspalierApplication.ROOT)
public class EspalierApplication {

  static final String ROOT = "org.espalier.service";

  private static final Logger log = LoggerFactory.getLogger(EspalierApplication.class);

  /**
   * Starts the service and returns once it answers requests.
   *
   * @param args settings as {@code --espalier.data-dir=…}; they win over the environment and files
   * @throws StartFailedException with one line that says what is wrong and what to do
   */
  public static ConfigurableApplicationContext run(String... args) {
    SpringApplication application = new SpringApplication(EspalierApplication.class);
    application.addListeners(new StartPlan());
    try {
      return run(application, args);
    } finally {
      StartPlan.end();
    }
  }

  /** The same with other parts, for a command that needs a few. */
  public static ConfigurableApplicationContext run(Class<?> parts, String... args) {
    return run(new SpringApplication(parts), args);
  }

  /**
   * Reads the settings alone, and starts nothing.
   *
   * @param source a class that names the properties wanted
   * @throws StartFailedException with one line that says which setting is wrong
   */
  public static ConfigurableApplicationContext settings(Class<?> source, String... args) {
    SpringApplication application = new SpringApplication(source);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setDefaultProperties(Map.of("logging.threshold.console", "off"));
    return run(application, args);
  }

  private static ConfigurableApplicationContext run(SpringApplication application, String... args) {
    application.setLogStartupInfo(false);
    try {
      return application.run(args);
    } catch (RuntimeException e) {
      throw StartFailedException.of(e)
          .orElseGet(() -> {
            log.error("The service did not start", e);
            return new StartFailedException("cannot start: " + e + " (the log has more)", e);
          });
    }
  }

  /** Runs the service until the process is told to stop; a failed start is one line and exit code 1. */
  public static void main(String[] args) {
    try {
      run(args);
    } catch (StartFailedException e) {
      System.err.println("espalier: " + e.getMessage());
      System.exit(1);
    }
  }
}
