package org.espalier.service.access;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.wire.Scope;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The keys, and the chain that each request goes through. */
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {

  /** What an orchestrator asks, which has no key. */
  private static final String[] PROBES = {
    "/actuator/health/liveness", "/actuator/health/readiness"
  };

  @Bean
  KeyCopy keyCopy(EspalierProperties espalier) {
    return new KeyCopy(espalier.controlDir());
  }

  @Bean
  KeyRing keyRing(AccessProperties properties, KeyCopy copy, Clock clock) {
    KeyRing ring = new KeyRing(properties, clock);
    ring.replace(copy.read());
    return ring;
  }

  @Bean
  Keys keys(
      ControlDatabase database,
      KeyRepository rows,
      KeyRing ring,
      KeyCopy copy,
      AuditLog audit,
      Instance instance,
      Clock clock) {
    return new Keys(database, rows, ring, copy, audit, instance, clock);
  }

  /** There for commands too: without one Spring makes up a user and logs a password. */
  @Bean
  AuthenticationManager authenticationManager(KeyRing ring) {
    return presented ->
        presented instanceof PresentedKey key
            ? ring.holder(key.getCredentials())
            : presented; // this machine, while there are no keys
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication
  static class Web implements WebMvcConfigurer {

    private final RouteScopes scopes;

    Web(MeterRegistry meters) {
      this.scopes = new RouteScopes(meters);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
      registry.addInterceptor(scopes);
    }

    @Bean
    ListenAddress listenAddress(Environment environment, KeyRing ring) {
      return new ListenAddress(environment, ring);
    }

    @Bean
    MeterBinder keyExpiry(KeyRing ring) {
      return meters ->
          Gauge.builder("espalier.access.key.expiry", ring, KeyRing::secondsToExpiry)
              .baseUnit("seconds")
              .description("until the next of the active keys expires")
              .register(meters);
    }

    @Bean
    AccessProblems accessProblems(AccessProperties properties, MeterRegistry meters) {
      return new AccessProblems(properties, meters);
    }

    /** Security's own spans and timers, one a filter, say nothing that the request's do not. */
    @Bean
    SecurityObservationSettings securityObservations() {
      return SecurityObservationSettings.noObservations();
    }

    /** No cookies and no sessions, so nothing to forge; headers are a filter's that also sees what never comes here. */
    @Bean
    SecurityFilterChain accessChain(
        HttpSecurity http, AuthenticationManager manager, KeyRing ring, AccessProblems problems)
        throws Exception {
      AuthenticationFilter keys = new AuthenticationFilter(manager, new KeyConverter(ring));
      keys.setSuccessHandler((_, _, _) -> {});
      keys.setFailureHandler(problems);
      keys.setRequestMatcher(request -> ring.isOpen() || !isProbe(request));
      return http.csrf(AbstractHttpConfigurer::disable)
          .headers(AbstractHttpConfigurer::disable)
          .logout(AbstractHttpConfigurer::disable)
          .requestCache(AbstractHttpConfigurer::disable)
          .anonymous(AbstractHttpConfigurer::disable)
          .sessionManagement(
              session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
          .exceptionHandling(
              answers -> answers.authenticationEntryPoint(problems).accessDeniedHandler(problems))
          .addFilterBefore(keys, AuthorizationFilter.class)
          .addFilterBefore(new RateLimitFilter(problems), AuthorizationFilter.class)
          .authorizeHttpRequests(requests ->
              requests
                  .requestMatchers(PROBES)
                  .permitAll()
                  .requestMatchers("/actuator/**")
                  .hasAuthority(Scope.READ.text())
                  .anyRequest() // its route's scope is asked for by RouteScopes
                  .authenticated())
          .build();
    }

    private static boolean isProbe(HttpServletRequest request) {
      for (String probe : PROBES) {
        if (request.getRequestURI().equals(probe)) {
          return true;
        }
      }
      return false;
    }

    /**
     * Spring's own firewall refuses what ids may hold: encoded slashes, dots and percent signs. It guards against routes
     * that are found by another reading of the path than the one that was secured; here both read it once.
     */
    @Bean
    HttpFirewall firewall() {
      return new HttpFirewall() {
        @Override
        public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
          return new FirewalledRequest(request) {
            @Override
            public void reset() {
              // nothing was wrapped
            }
          };
        }

        @Override
        public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
          return response;
        }
      };
    }
  }
}
