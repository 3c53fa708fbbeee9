package org.espalier.service.platform;

import java.util.stream.Stream;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.support.StandardServletEnvironment;

/**
 * The beans of a service, as Spring's ahead-of-time processing writes them down when the service is built, into {@code
 * espalier-plan.jar}. With it a start reads no configuration class and asks no condition (docs/decisions/0036). The conditions
 * were asked with the default settings; a service with others that a condition may ask for starts without the plan, and so does
 * one whose class path lacks that jar.
 */
public final class StartPlan implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

  private static final String WRITTEN =
      StartPlan.class.getName() + "__ApplicationContextInitializer";

  /** Settings that conditions ask for, and all below them. */
  private static final ConfigurationPropertyName[] ASKED =
      names("spring", "management", "springdoc", "server", "espalier.kafka");

  /** What among them only those ask for who are built. */
  private static final ConfigurationPropertyName[] READ_LATER =
      names(
          "server.address",
          "server.port",
          "spring.application",
          "spring.config",
          "spring.context",
          "spring.datasource.hikari",
          "spring.datasource.password",
          "spring.datasource.url",
          "spring.datasource.username");

  StartPlan() {}

  /** The service's settings are read: starts it with the plan, if there is one that fits. */
  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    if (ClassUtils.isPresent(WRITTEN, null) && fits(event.getEnvironment())) {
      event.getSpringApplication().setMainApplicationClass(StartPlan.class);
      SpringProperties.setFlag(AotDetector.AOT_ENABLED);
    }
  }

  /** What starts after the service in this process has no plan. */
  static void end() {
    SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
  }

  /** Whether conditions find what they found when the plan was made. */
  static boolean fits(ConfigurableEnvironment environment) {
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource settings
          && !isDefaults(settings)
          && settings.stream().anyMatch(name -> isIn(ASKED, name) && !isIn(READ_LATER, name))) {
        return false;
      }
    }
    return true;
  }

  /** The file of defaults, which comes with the classes. */
  private static boolean isDefaults(ConfigurationPropertySource source) {
    return source.getUnderlyingSource() instanceof PropertySource<?> file
        && file.getName().startsWith("Config resource 'class path resource [application.yml]'");
  }

  private static boolean isIn(ConfigurationPropertyName[] roots, ConfigurationPropertyName name) {
    return Stream.of(roots).anyMatch(root -> root.equals(name) || root.isAncestorOf(name));
  }

  private static ConfigurationPropertyName[] names(String... names) {
    return Stream.of(names)
        .map(ConfigurationPropertyName::of)
        .toArray(ConfigurationPropertyName[]::new);
  }

  /** Writes the plan: the build calls this inside Spring's processor, which takes over before anything is made. */
  public static void main(String[] args) {
    StandardServletEnvironment defaults = new StandardServletEnvironment();
    // The plan is the same wherever it is made.
    defaults
        .getPropertySources()
        .remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    SpringApplication application = new SpringApplication(EspalierApplication.class);
    application.setEnvironment(defaults);
    application.run(args);
  }
}
