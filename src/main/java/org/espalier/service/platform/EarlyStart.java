package org.espalier.service.platform;

import java.util.function.Supplier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Begins a part of a service when the settings are there and nothing else is: Spring then reads what to build for a while, on one
 * processor (docs/decisions/0035). Commands that borrow some parts begin nothing early. Named in {@code META-INF/spring.factories}, in
 * the order of beginning.
 */
public abstract class EarlyStart
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  @Override
  public final void initialize(ConfigurableApplicationContext context) {
    if (context instanceof GenericApplicationContext service
        && context instanceof WebServerApplicationContext) {
      service.addBeanFactoryPostProcessor(
          new BeanDefinitionRegistryPostProcessor() {
            @Override
            public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
              begin(service);
            }
          });
    }
  }

  /** Begins with {@link #make}, or not at all. */
  protected abstract void begin(GenericApplicationContext service);

  /** Makes a bean at once; it closes with the service, and when the start fails. */
  protected final <T extends AutoCloseable> void make(
      GenericApplicationContext service, Class<T> type, Supplier<T> made) {
    service.registerBean(type, made);
    service.getBean(type);
  }
}
